"""Tell a synthetic year of a plan: who sends, returns, corrects and accepts which report, and when.

Pure and deterministic: the same plan, units, script and seed give the same acts. The whole year is told; whoever loads
it leaves out what has not happened yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from random import Random

from contracts.plan import Plan
from examples.acts import Act, ActKind, Covered, Verdict
from examples.duties import Filing, collected, filings, period_name
from examples.figures import Figures
from examples.office_hours import at_clock_time, at_the_office, working_days_earlier
from examples.script import Episode, Judgement, PlanScript, Return
from kernel.calendar.days_off import LEGAL_CALENDAR
from kernel.clock import legal_day
from kernel.ids import UnitId
from kernel.units import Unit, UnitTree

_NOTHING = "Trong kỳ không phát sinh."
_MARK = "Số liệu giả lập."
_KINDS = tuple(ActKind)


def sample_year(plan: Plan, tree: UnitTree, script: PlanScript, *, seed: int) -> tuple[Act, ...]:
    """Tell all acts of a plan's synthetic year in time order.

    After a unit is dissolved, `by` names who bears its duties; `unit` stays the one that owes.

    Raises:
        NobodyActs: A unit is gone and nobody bears its duties, although the script lets it act.
    """
    teller = _Teller(plan, tree, script, seed)
    acts = [act for filing in filings(plan) for act in teller.tell(filing)]
    acts += [teller.judge(judgement) for judgement in script.judgements]
    return tuple(sorted(acts, key=lambda act: (act.at, act.unit, act.report, _KINDS.index(act.kind))))


class NobodyActs(LookupError):
    """A unit is gone, and nobody bears its duties."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One report before anything has happened to it."""

    unit: Unit
    filing: Filing
    episode: Episode
    name: str
    covers: tuple[Covered, ...]
    narrative: Mapping[str, str]
    dice: Random


class _Teller:
    def __init__(self, plan: Plan, tree: UnitTree, script: PlanScript, seed: int) -> None:
        self._plan = plan
        self._tree = tree
        self._script = script
        self._seed = f"{seed}|{plan.slug}"
        self._figures = Figures(script, seed=self._seed)
        self._elements = {element.code: element for element in plan.elements}

    def tell(self, filing: Filing) -> Iterator[Act]:
        """Tell what happens to the duties of one unit that fall together."""
        unit = self._tree.get(UnitId(filing[-1].unit_id))
        special = self._script.episode(unit.code, filing[-1].period.key)
        for part in [(duty,) for duty in filing] if special.apart else [filing]:
            ordinary = Episode(unit=unit.code, period=part[-1].period.key)
            yield from self._tell_report(self._sheet(unit, part, special if part[-1] is filing[-1] else ordinary))

    def judge(self, judgement: Judgement) -> Act:
        """Tell that who receives the plan's first reports judges what its issuer promised."""
        name = f"{self._plan.slug}/{judgement.indicator}/{judgement.period}"
        at = at_the_office(judgement.on, self._dice(name))
        issuer = self._tree.get(UnitId(self._plan.issuer_id)).code
        by = self._acting_for(UnitId(self._plan.rules[0].receiver_ids[0]), at)
        verdict = Verdict(judgement.indicator, judgement.period, judgement.met)
        return Act(at, ActKind.JUDGE, self._plan.slug, name, issuer, by, reason=judgement.reason, verdict=verdict)

    def _sheet(self, unit: Unit, filing: Filing, episode: Episode) -> _Sheet:
        name = f"{self._plan.slug}/{unit.code}/{filing[-1].rule.code}/{filing[-1].period.key}"
        dice = self._dice(name)
        covers = _named(filing) if episode.nil else self._filled_in(unit, filing)
        return _Sheet(unit, filing, episode, name, covers, self._narrative(filing, dice, nil=episode.nil), dice)

    def _filled_in(self, unit: Unit, filing: Filing) -> tuple[Covered, ...]:
        return tuple(
            self._figures.report(
                unit.code,
                duty.rule.code,
                duty.period,
                [self._elements[code] for code in collected(self._plan, duty.rule, unit.reporter_kind)],
            )
            for duty in filing
        )

    def _narrative(self, filing: Filing, dice: Random, *, nil: bool) -> dict[str, str]:
        periods = " và ".join(period_name(duty.period.key) for duty in filing)
        opening = f"{_MARK} Kỳ báo cáo: {periods}."
        if nil:
            return {"situation": f"{opening} {_NOTHING}"}
        said = {section: dice.choice(phrases) for section, phrases in self._script.phrases.items()}
        return {**said, "situation": f"{opening} {said['situation']}"}

    def _tell_report(self, sheet: _Sheet) -> Iterator[Act]:
        episode = sheet.episode
        if episode.extended is not None:
            extended = self._decide(sheet, ActKind.EXTEND, on=episode.extended.on)
            yield replace(extended, reason=episode.extended.reason, until=episode.extended.until)
        if episode.excused is not None:
            yield replace(self._decide(sheet, ActKind.EXCUSE, on=episode.excused.on), reason=episode.excused.reason)
        elif not episode.missing:
            yield from self._send(sheet, on=episode.sent_on or self._ordinary_day(sheet))

    def _ordinary_day(self, sheet: _Sheet) -> date:
        last = sheet.filing[-1]
        if last.last_timely_on is None:
            return LEGAL_CALENDAR.add_working_days(last.closed_on, sheet.dice.randint(*self._script.lag_days))
        return working_days_earlier(last.last_timely_on, sheet.dice.randint(*self._script.lead_days))

    def _send(self, sheet: _Sheet, *, on: date) -> Iterator[Act]:
        returned = sheet.episode.returned
        first = self._hand_in(sheet, ActKind.SUBMIT, on=on, time_of_day=sheet.episode.sent_at)
        if returned is None:
            yield first
        else:
            yield _with_mistakes(first, returned.wrong)
            yield from self._correct(sheet, returned)
            if returned.corrected_on is None:
                return
            on = returned.corrected_on
        if not sheet.episode.unanswered:
            answered_on = LEGAL_CALENDAR.add_working_days(on, sheet.dice.randint(*self._script.answer_days))
            yield self._decide(sheet, ActKind.ACCEPT, on=answered_on)

    def _correct(self, sheet: _Sheet, returned: Return) -> Iterator[Act]:
        sent_back = self._decide(sheet, ActKind.RETURN, on=returned.on)
        yield replace(sent_back, reason=returned.reason, correction_days=returned.correction_days)
        if returned.corrected_on is not None:
            yield self._hand_in(sheet, ActKind.RESUBMIT, on=returned.corrected_on)

    def _hand_in(self, sheet: _Sheet, kind: ActKind, *, on: date, time_of_day: time | None = None) -> Act:
        at = at_clock_time(on, time_of_day) if time_of_day else at_the_office(on, sheet.dice)
        written = self._act(sheet, kind, at=at, actor=sheet.unit.id)
        return replace(written, covers=sheet.covers, narrative=sheet.narrative, nil=sheet.episode.nil)

    def _decide(self, sheet: _Sheet, kind: ActKind, *, on: date) -> Act:
        receiver = UnitId(sheet.filing[-1].rule.receiver_ids[0])
        return self._act(sheet, kind, at=at_the_office(on, sheet.dice), actor=receiver)

    def _act(self, sheet: _Sheet, kind: ActKind, *, at: datetime, actor: UnitId) -> Act:
        by = self._acting_for(actor, at)
        return Act(at, kind, self._plan.slug, sheet.name, sheet.unit.code, by, _named(sheet.filing))

    def _acting_for(self, unit: UnitId, at: datetime) -> str:
        bearer = self._tree.bearer(unit, legal_day(at))
        if bearer is None:
            raise NobodyActs(f"nobody acts for {self._tree.get(unit).code} at {at.isoformat()}")
        return self._tree.get(bearer).code

    def _dice(self, name: str) -> Random:
        return Random(f"{self._seed}|{name}")  # noqa: S311 - synthetic acts, not secrets


def _named(filing: Filing) -> tuple[Covered, ...]:
    return tuple(Covered(duty.rule.code, duty.period.key) for duty in filing)


def _with_mistakes(report: Act, wrong: Mapping[str, int]) -> Act:
    *earlier, last = report.covers
    return replace(report, covers=(*earlier, replace(last, figures={**last.figures, **wrong})))
