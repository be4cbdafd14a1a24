"""What sets the length of a consent and the smallest total that is published, as dated data."""

from runtime.law import read_law

SUPPORT = read_law(__name__, "support.yaml")

__all__ = ["SUPPORT"]
