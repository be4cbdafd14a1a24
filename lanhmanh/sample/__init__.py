"""Fill a new product with the example plans and a synthetic year, through its API, with a clock that is set."""

from lanhmanh.sample.load import load_examples

__all__ = ["load_examples"]
