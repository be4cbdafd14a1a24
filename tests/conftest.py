"""What every test may ask for: the real servers. And with how many examples laws are tried that do not say it."""

from __future__ import annotations

import gc
import os

from hypothesis import settings

pytest_plugins = ["tests.servers.plugin"]

if wanted := os.environ.get("LANHMANH_TEST_EXAMPLES"):
    settings.register_profile("wanted", max_examples=int(wanted))
    settings.load_profile("wanted")


def pytest_collection_finish() -> None:
    # What was imported stays for the whole run: no collection of garbage needs to walk through it again.
    gc.collect()
    gc.freeze()
