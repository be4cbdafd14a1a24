"""What a version of a report says: figures for each obligation it covers, words by section, and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.problems import Spot
from services.reports.domain.refusals import NothingReported


@dataclass(frozen=True, slots=True)
class SheetContent:
    """The figures for one obligation."""

    figures: Mapping[str, Any] = field(default_factory=dict)
    """By element: a count, or a count for each month."""
    nil: bool = False
    """"Không phát sinh": a confirmed zero for all that is not stated."""


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One version of a report."""

    sheets: Mapping[UUID, SheetContent] = field(default_factory=dict)
    """By the id of the obligation."""
    narrative: Mapping[str, str] = field(default_factory=dict)
    """Words by section: situation, results, difficulties, proposals."""
    provisional: bool = False
    """The sender says that the figures may still change."""

    def ensure_says_something(self) -> None:
        """Make sure that a sheet without figures says that nothing happened: unknown is not zero.

        Raises:
            NothingReported: There are neither figures nor words, and nil is not confirmed.
        """
        if any(text.strip() for text in self.narrative.values()):
            return
        sheets = enumerate(self.sheets.values())
        silent = [f"/covers/{place}/figures" for place, sheet in sheets if not sheet.figures and not sheet.nil]
        if silent or not self.sheets:
            empty = silent or ["/narrative"]
            raise NothingReported(spots=tuple(_empty(one) for one in empty))

    def to_json(self) -> dict[str, Any]:
        """Return the content as it is kept."""
        sheets = {str(one): {"figures": dict(s.figures), "nil": s.nil} for one, s in self.sheets.items()}
        return {"sheets": sheets, "narrative": dict(self.narrative), "provisional": self.provisional}


def _empty(pointer: str) -> Spot:
    return Spot(
        pointer,
        "empty",
        "ghi số liệu, phần lời, hoặc xác nhận “không phát sinh” (`nil`)",
        "give figures or words, or confirm that nothing happened (`nil`)",
    )


def content_from_json(kept: Mapping[str, Any]) -> ReportContent:
    """Return the content that `to_json` turned into JSON."""
    sheets = {UUID(one): SheetContent(s["figures"], s["nil"]) for one, s in kept["sheets"].items()}
    return ReportContent(sheets, kept["narrative"], kept["provisional"])
