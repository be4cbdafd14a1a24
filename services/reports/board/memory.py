"""Everything the answers are made of, in memory: what is owed, figures, tips, plans, verdicts by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.plan import Plan
from kernel.calendar.period import parse_period
from kernel.clock import to_micros
from kernel.ids import UnitId
from kernel.units.layout import TreeOn
from runtime.database.revision import Revision
from runtime.reference import ReferenceView
from services.reports.board.feed import Delta
from services.reports.board.moments import Moments, moments_of_plan, moments_of_tree
from services.reports.board.owed import Owed
from services.reports.domain.alarm import DAY
from services.reports.domain.content import content_from_json
from services.reports.domain.obligation import effective_at
from services.reports.evaluation.columns import Duty, Indices
from services.reports.evaluation.figures import Figures
from services.reports.evaluation.present import Present
from services.reports.evaluation.releases import Release
from services.reports.evaluation.tips import Tips
from services.reports.store.columns import Known
from services.reports.store.releases import to_release
from services.reports.store.tips import to_tip_fact

_CHANGES_KEPT = 10_000
_LITTLE = 1_000
"""Rows."""


class PlanVersion:
    """A version of a plan on both axes of time."""

    def __init__(self, plan: Plan, *, issued_at: int, recorded_at: int) -> None:
        self._plan: Plan | bytes = plan
        self.number = plan.version
        self.effective_on = plan.effective_on
        self.effective_at = to_micros(effective_at(plan))
        self.occurred_at = max(self.effective_at, issued_at)
        """The later of its effective and its issue instant."""
        self.recorded_at = recorded_at

    @property
    def plan(self) -> Plan:
        """What it says."""
        if isinstance(self._plan, bytes):
            self._plan = Plan.model_validate_json(self._plan)
        return self._plan

    def __getstate__(self) -> dict[str, Any]:
        # A plan names thousands of units: where one was saved, it is read once somebody asks for it.
        said = self._plan if isinstance(self._plan, bytes) else self._plan.model_dump_json().encode()
        return vars(self) | {"_plan": said}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict given by a receiver."""

    unit_id: UUID
    period: str
    met: bool
    reason: str
    occurred_at: int
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What all obligations come to now, for every administrative unit."""

    tree: TreeOn
    rows: int
    slots: int
    """Of these, so many were there when it was made: it is made anew when there are others."""
    place_of: Mapping[UnitId, int]
    present: Present


@dataclass(frozen=True, slots=True)
class Kept:
    """Something of the present, which moves along when it is asked for again."""

    what: Any
    changed: list[Indices]
    """The rows that were rewritten since it was looked at."""


class Memory:
    """The arrays and tables. One thread writes and reads them."""

    def __init__(self, reference: ReferenceView) -> None:
        self.at: Revision | None = None
        """How far it follows the database; None while a change is taken in."""
        self.reference = reference
        self.owed = Owed()
        self.figures = Figures()
        self.tips = Tips()
        self.plan_ids: dict[str, UUID] = {}
        self._generated_at: dict[UUID, int | None] = {}
        self.versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
        self.judgements: dict[tuple[UUID, str], list[Judgement]] = defaultdict(list)
        self.releases: dict[tuple[UUID, str], list[Release]] = defaultdict(list)
        """By unit and key of the period."""
        self.positions: dict[tuple[int, bool, int], Indices] = {}
        """Where units stand in the tree of an era: a territory's to fill."""
        self.everywhere: Everywhere | None = None
        """The present of all that is owed, once somebody has asked for it."""
        self.changed: list[Indices] = []
        """The rows that were rewritten since it was looked at."""
        self.kept: dict[Hashable, Kept] = {}
        """What else is kept of the present, by what was asked: the last one comes last."""
        self.report_of: dict[Duty, UUID] = {}
        """The report that discharges an obligation."""
        self._moments = Moments()
        self._moments_of_tree = moments_of_tree(reference.tree)

    def __getstate__(self) -> dict[str, Any]:
        # What is found again by itself is not kept.
        return vars(self) | {"everywhere": None, "changed": [], "kept": {}}

    @property
    def known(self) -> Known:
        """How far it follows the database, as whoever reads on must know; nothing while a change is taken in."""
        if self.at is None:
            return Known()
        return Known(self.at.epoch, self.at.number, *self.owed.numbers)

    def is_little(self, delta: Delta) -> bool:
        """Say whether a change is taken in within a millisecond: some rows are rewritten, and nothing else."""
        owed, is_old = delta.owed, delta.reference is self.reference
        return is_old and len(owed.states["flags"]) <= _LITTLE and not (owed.whole or owed.series or owed.others)

    def apply(self, delta: Delta) -> None:
        """Take in what changed."""
        self.at = None
        for row in delta.plan_versions:
            self._add_version(row)
        for row in delta.plans:
            if row.id in self.versions:
                self.plan_ids[row.slug] = row.id
                self._generated_at[row.id] = None if row.generated_at is None else to_micros(row.generated_at)
        self._note_changed(self.owed.take_in(delta.owed, self._reminder))
        for row in delta.report_versions:
            self._add_figures(row, delta.covered)
        for row in delta.judgements:
            self._add_judgement(row)
        for row in delta.tip_facts:
            self.tips.record(row.tip_id, self.owed.number_of(row.unit_id), to_micros(row.received_at), to_tip_fact(row))
        for row in delta.releases:
            self._add_release(row)
        if delta.reference.revision != self.reference.revision:
            self._moments_of_tree = moments_of_tree(delta.reference.tree)
            self.positions.clear()
        self.reference = delta.reference
        self.at = delta.until

    def is_generating(self, plan: str | None, known_at: int) -> bool:
        """Say whether obligations of a plan, or of any, were still being written down at `known_at`."""
        asked = self.plan_ids.values() if plan is None else [self.plan_ids[plan]]
        return any(
            self.versions[one][0].recorded_at <= known_at
            for one in asked
            if (done := self._generated_at[one]) is None or done > known_at
        )

    def version_at(self, plan_id: UUID, t: int, known_at: int, *, effective_by: int | None = None) -> Plan | None:
        """Return the version of a plan that had occurred by `t` and was recorded by `known_at`; the latest effective.

        `effective_by` asks for the latest that is effective by then, as thresholds do with the end of their period.
        """
        limit = t if effective_by is None else effective_by
        fitting = [
            version
            for version in self.versions[plan_id]
            if version.recorded_at <= known_at
            and version.effective_at <= limit
            and (version.occurred_at <= t or version.number == 1)
        ]
        # A plan may be entered after its effective day; its first version speaks for the days between.
        return max(fitting, key=lambda version: version.number).plan if fitting else None

    def versions_up_to(self, plan: Plan) -> list[Plan]:
        """Return a version of a plan and all before it, the first one first."""
        return [one.plan for one in self.versions[plan.plan_id] if one.number <= plan.version]

    def boundaries_around(self, t: int) -> tuple[int | None, int | None]:
        """Return the last instant at or before `t`, and the first after it, at which an answer can change by itself."""
        around = [
            self.owed.book.boundaries.around(t),
            self.tips.boundaries.around(t),
            self._moments.around(t),
            self._moments_of_tree.around(t),
        ]
        return (
            max((before for before, _ in around if before is not None), default=None),
            min((after for _, after in around if after is not None), default=None),
        )

    def has_passed(self, since: int, t: int) -> bool:
        """Say whether, by itself, an obligation or the words of a plan can stand otherwise at `t` than at `since`.

        What was written down in between after it had occurred is not meant: there rows were rewritten.
        """
        last, _ = self._moments.around(t)
        return (last is not None and last > since) or self.owed.book.boundaries.has_passed(since, t)

    def has_occurred(self, since: int, t: int) -> bool:
        """Say whether, by something that was written down before it occurred, obligations stand otherwise at `t`."""
        return self.owed.book.boundaries.has_occurred(since, t)

    def _note_changed(self, rows: Indices) -> None:
        if self.everywhere is not None:
            self.changed.append(rows)
        if len(self.changed) > _CHANGES_KEPT:
            # Nobody has asked for long.
            self.everywhere, self.changed = None, []
        for asked, kept in list(self.kept.items()):
            kept.changed.append(rows)
            if len(kept.changed) > _CHANGES_KEPT:
                del self.kept[asked]

    def _add_version(self, row: Any) -> None:
        plan = Plan.model_validate(row.document)
        version = PlanVersion(plan, issued_at=to_micros(row.occurred_at), recorded_at=to_micros(row.recorded_at))
        self.versions[plan.plan_id].append(version)
        for instant in (version.effective_at, version.occurred_at, *moments_of_plan(plan)):
            self._moments.add(instant)

    def _reminder(self, plan_id: UUID, rule_code: str) -> int:
        for version in self.versions[plan_id]:
            for rule in version.plan.rules:
                if rule.code == rule_code:
                    return rule.reminder_days * DAY
        return 0

    def _add_figures(self, row: Any, covered: Mapping[UUID, Any]) -> None:
        for obligation_id, sheet in content_from_json(row.content).sheets.items():
            duty = self.owed.duty(covered[obligation_id])
            totals = {code: figure for code, figure in sheet.figures.items() if isinstance(figure, int)}
            by_month = {
                code: {parse_period(month): value for month, value in figure.items()}
                for code, figure in sheet.figures.items()
                if isinstance(figure, dict)
            }
            self.figures.add(duty, row.version, totals, by_month=by_month, nil=sheet.nil)
            self.report_of[duty] = row.report_id

    def _add_judgement(self, row: Any) -> None:
        judged = Judgement(
            row.unit_id, row.period, row.met, row.reason, to_micros(row.occurred_at), to_micros(row.recorded_at)
        )
        self.judgements[row.plan_id, row.indicator].append(judged)
        self._moments.add(judged.occurred_at)

    def _add_release(self, row: Any) -> None:
        release = to_release(row)
        self.releases[row.unit_id, row.period].append(release)
        self._moments.add(release.occurred_at)


def visible_at(memory: Memory, known_at: datetime | None) -> int:
    """Return the second axis of an answer: what was known by then, at most all that was read."""
    newest = 0 if memory.at is None else to_micros(memory.at.recorded_at)
    return newest if known_at is None else min(newest, to_micros(known_at))
