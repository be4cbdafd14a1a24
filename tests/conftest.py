"""What every test may ask for: the real servers. And with how many examples laws are tried that do not say it."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["tests.servers.plugin"]

if wanted := os.environ.get("LANHMANH_TEST_EXAMPLES"):
    settings.register_profile("wanted", max_examples=int(wanted))
    settings.load_profile("wanted")
