"""Say what happens in a sample year: one act after the other, each with its instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ActKind(StrEnum):
    """What somebody does. The order is that of acts at one instant."""

    EXTEND = "extend"
    """The receiver sets a later due day."""
    EXCUSE = "excuse"
    """The receiver lets a unit off its report."""
    SUBMIT = "submit"
    RETURN = "return"
    """The receiver sends a report back for correction."""
    RESUBMIT = "resubmit"
    """The unit sends the corrected version."""
    ACCEPT = "accept"
    JUDGE = "judge"
    """The receiver says whether a promise without a number was kept."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One obligation that an act is about, and the figures for its period."""

    rule: str
    period: str
    figures: Mapping[str, int] = field(default_factory=dict)
    """By element. Empty in acts that carry no figures, and in a nil report."""
    monthly: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By element and month key, for elements that a report carries month by month."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judgement says of a promise without a number."""

    indicator: str
    period: str
    met: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that one unit does in a sample year."""

    at: datetime
    """Aware, UTC."""
    kind: ActKind
    plan: str
    """Slug."""
    report: str
    """The sender's own id of the report that this is about: the same in all its acts. Of a judgement, its own id."""
    unit: str
    """Code, on the plan's day, of the unit that owes the report, or that is judged."""
    by: str
    """Code, on the day of the act, of the unit that acts: sender or receiver, or who bears its duties by then."""
    covers: tuple[Covered, ...] = ()
    """Several where one report serves obligations that fall together; none in a judgement."""
    narrative: Mapping[str, str] = field(default_factory=dict)
    """By section: situation, results, difficulties, proposals."""
    nil: bool = False
    """Không phát sinh: nothing to report, which is not the same as no report."""
    reason: str = ""
    """Why it is returned, extended, excused, or judged so."""
    correction_days: int | None = None
    """Calendar days given for a correction."""
    until: date | None = None
    """The new last timely day of an extension."""
    verdict: Verdict | None = None
