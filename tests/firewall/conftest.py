"""The cluster that all tests of a run share."""

from tests.journeys.conftest import cluster

__all__ = ["cluster"]
