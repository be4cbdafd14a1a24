"""What the law sets, as dated data: each service keeps its own in the YAML files of its `law/` (ADR-0007)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from kernel.problems import Fault, Words

Unit = Literal["hours", "days", "working_days", "months", "persons"]


class ProvisionMissing(Fault):
    """Nothing was in force on a day on which something must be."""

    code = "provision_missing"
    vi = Words("Thiếu quy định", "Không có quy định `{name}` có hiệu lực ngày {day}.", "Bổ sung dữ liệu trong `law/`.")
    en = Words("Provision missing", "No provision `{name}` was in force on {day}.", "Add it to the data in `law/`.")


class Provision(BaseModel):
    """One figure, with where it is from and the days on which it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: int
    unit: Unit
    valid_from: date
    valid_until: date | None = None
    """Exclusive end."""
    runs_from: str = ""
    """Of a limit: what it begins with."""
    as_number: tuple[int, ...] = ()
    """Of an extension: as the how manieth of its step it can be granted."""
    reference: str
    """Act and article. What was not read in the text itself says so."""


class Law:
    """The provisions of one file, by name."""

    def __init__(self, provisions: Mapping[str, Sequence[Provision]]) -> None:
        self._provisions = provisions

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all provisions, in the order of the file."""
        return tuple(self._provisions)

    def find(self, name: str, day: date) -> Provision | None:
        """Return what holds on a day; of several the youngest. None if nothing does."""
        in_force = (
            one
            for one in self._provisions.get(name, ())
            if one.valid_from <= day and (one.valid_until is None or day < one.valid_until)
        )
        return max(in_force, key=lambda one: one.valid_from, default=None)

    def get(self, name: str, day: date) -> Provision:
        """Return what holds on a day.

        Raises:
            ProvisionMissing: Nothing does.
        """
        found = self.find(name, day)
        if found is None:
            raise ProvisionMissing(name=name, day=day.isoformat())
        return found


def read_law(package: str, file: str) -> Law:
    """Return the provisions in a YAML file that lies beside a package's modules: lists of provisions by name."""
    text = (files(package) / file).read_text(encoding="utf-8")
    return Law(TypeAdapter(dict[str, list[Provision]]).validate_python(yaml.safe_load(text)))
