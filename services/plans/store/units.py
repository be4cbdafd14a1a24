"""Questions to the unit tree's tables, which runtime keeps in every service's database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import batched_by
