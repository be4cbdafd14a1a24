"""Fill a new product with the example plans and their synthetic year: through its API, with a clock that is set.

Everything is entered in the order in which it happened, each thing at its own instant, up to now: nothing is recorded
in the future. Where another service reads what happened, the bus is drained before the clock moves, so that no event is
older than its effect; what happens to a report is read outside only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import httpx

from contracts.plan import Plan
from examples.acts import Act
from examples.sample_year import sample_year
from examples.script import Script, read_script
from examples.support_year import SupportAct, SupportScripts, read_support_scripts, support_year
from examples.tip_year import TipAct, TipScripts, read_tip_scripts, tip_year
from kernel.clock import ICT, SetClock, as_utc
from lanhmanh.embedded import Product
from lanhmanh.national import bodies_decision, national_decision
from lanhmanh.sample.caller import Caller
from lanhmanh.sample.passage import Passage
from lanhmanh.sample.reports import ReportDesk
from lanhmanh.sample.support import SupportDesk
from lanhmanh.sample.tips import TipDesk
from lanhmanh.yaml_file import examples

_BEGINNING = datetime(2022, 1, 4, 2, 0, tzinfo=UTC)
"""When the units are entered: before the first plan."""
_OFFICE_OPENS = time(9, 0, tzinfo=ICT)
"""When plans are issued."""

Happening = Act | TipAct | SupportAct
"""One thing that somebody does in the examples."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many things are done."""


async def load_examples(product: Product, clock: SetClock, *, until: datetime, progress: Progress) -> None:
    """Fill a running product with everything that happened in the examples up to an instant."""
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample", timeout=120)
            )
            for name, app in product.apps.items()
        }
        call = Caller(product, clients)
        clock.set(_BEGINNING)
        # The template of bodies lies among the units, and is no decision of its own.
        local = [content for content in examples("units") if "units" in content]
        decisions = [national_decision(), bodies_decision("provinces"), *local]
        for number, decision in enumerate(decisions, 1):
            await _decide(call, decision, number)
            progress("Đơn vị", number, len(decisions))
        await product.drained()
        await _live_through(call, clock, until, progress)


async def _live_through(call: Caller, clock: SetClock, until: datetime, progress: Progress) -> None:
    desks = Desks(call, clock)
    passage = Passage(call.product, clock)
    acts: list[Happening] = []
    done = 0

    async def do_up_to(instant: datetime) -> None:
        """Do, in order, and take from the list, what happens up to an instant."""
        nonlocal done
        # Sorting is stable: what one year tells of one instant stays in its order.
        acts.sort(key=lambda act: act.at)
        due = [act for act in acts if act.at <= instant]
        del acts[: len(due)]
        for act in due:
            await passage.to(act.at)
            await desks.do(act)
            if isinstance(act, Act):
                passage.something_was_reported()
            done += 1
            progress("Báo cáo, tin, hỗ trợ", done, done + len(acts))

    for draft in sorted(examples("plans"), key=lambda draft: str(draft["effective_on"])):
        issued_at = as_utc(datetime.combine(date.fromisoformat(draft["effective_on"]), _OFFICE_OPENS))
        if issued_at > until:
            continue
        await do_up_to(issued_at)
        await passage.to(issued_at)
        plan = await _issue(call, draft)
        await call.product.drained()
        passage.something_was_reported()
        acts += [act for act in await _happenings(call, plan) if act.at <= until]
    await do_up_to(until)
    await passage.to(until)
    await desks.tips.look_at_the_clock()
    await call.product.drained()


class Desks:
    """Everybody who does something in the examples."""

    def __init__(self, call: Caller, clock: SetClock) -> None:
        self.tips = TipDesk(call, clock)
        self._reports = ReportDesk(call)
        self._support = SupportDesk(call)

    async def do(self, act: Happening) -> None:
        """Have the right desk do it."""
        match act:
            case Act():
                await self._reports.do(act)
            case TipAct():
                await self.tips.do(act)
            case SupportAct():
                await self._support.do(act)


async def _happenings(call: Caller, plan: Plan) -> list[Happening]:
    """Return all that happens under a plan."""
    tree = (await call.product.services["plans"].reference.view()).tree
    script, tips, support = _scripts()
    found: list[Happening] = [*sample_year(plan, tree, script.plans[plan.slug], seed=script.seed)]
    if plan.slug in tips.plans:
        found += tip_year(plan, tree, tips.plans[plan.slug], tips)
    if plan.slug in support.plans:
        found += support_year(plan, tree, support.plans[plan.slug], seed=support.seed)
    return found


@cache
def _scripts() -> tuple[Script, TipScripts, SupportScripts]:
    def text(name: str) -> str:
        return (files("examples") / name).read_text(encoding="utf-8")

    return (
        read_script(text("sample-year.yaml")),
        read_tip_scripts(text("sample-tips.yaml")),
        read_support_scripts(text("sample-support.yaml")),
    )


async def _issue(call: Caller, draft: dict[str, Any]) -> Plan:
    slug, issuer = draft["slug"], draft["issuer"]
    await call("plans", "POST", "/v1/plans", unit=issuer, scope="plans:write", body=draft, Idempotency_Key=slug)
    etag = (await call("plans", "GET", f"/v1/plans/{slug}", unit=issuer, scope="plans:read")).headers["etag"]
    issued = await call("plans", "POST", f"/v1/plans/{slug}/issue", unit=issuer, scope="plans:write", If_Match=etag)
    return Plan.model_validate(issued.json()["plan"])


async def _decide(call: Caller, decision: dict[str, Any], number: int) -> None:
    key = {"Idempotency_Key": f"units-{number}"}
    await call("plans", "POST", "/v1/unit-decisions", unit="VN", scope="plans:units", body=decision, **key)
