"""Find what a plan says of an indicator over a period, and by which words of the plan reports are read for it."""

from __future__ import annotations

from functools import cached_property

from contracts import plan as contract
from contracts.plan import Plan
from kernel.calendar.period import CutOff, Period
from kernel.clock import start_of, to_micros
from kernel.ids import UnitId
from services.reports.board.measures import Words
from services.reports.board.memory import Memory
from services.reports.evaluation.evidence import Lifetime, Tables, ends_at
from services.reports.evaluation.history import NEVER


class Wording:
    """The versions of a plan as of one instant: each binds for the periods that end before the next takes effect."""

    def __init__(self, memory: Memory, plan: Plan, t: int, known_at: int) -> None:
        """Take the version that is in force at `t`, as known at `known_at`, both in microseconds UTC."""
        self.plan = plan
        self._memory = memory
        self._t = t
        self._known_at = known_at
        self._tables: dict[int, Tables] = {}
        """By version."""

    def binding(self, indicator: contract.Indicator, period: Period) -> tuple[Plan, contract.Indicator]:
        """Return the latest version that is effective by the end of the period, and the indicator as it words it."""
        end = ends_at(period, CutOff.DECREE_09)
        found = self._memory.version_at(self.plan.plan_id, self._t, self._known_at, effective_by=end)
        version = found or self.plan
        for worded in version.indicators:
            if worded.code == indicator.code:
                return version, worded
        return self.plan, indicator

    def tables(self, version: Plan) -> Tables:
        """Return what reports say, by the words of a version."""
        if version.version not in self._tables:
            memory = self._memory
            words = Words(memory, version, memory.versions_up_to(self.plan))
            self._tables[version.version] = Tables(
                period=memory.owed.period,
                form=words.form,
                elements=words.elements(),
                figures=memory.figures,
                lifetimes=self._lifetimes,
            )
        return self._tables[version.version]

    @cached_property
    def _lifetimes(self) -> dict[int, Lifetime]:
        """From when until when each unit exists, of those that plans has told of."""
        tree = self._memory.reference.tree
        lifetimes = {}
        for number, unit_id in enumerate(self._memory.owed.units):
            if UnitId(unit_id) not in tree:
                continue
            unit = tree.get(UnitId(unit_id))
            until = NEVER if unit.valid_until is None else to_micros(start_of(unit.valid_until))
            lifetimes[number] = (to_micros(start_of(unit.valid_from)), until)
        return lifetimes
