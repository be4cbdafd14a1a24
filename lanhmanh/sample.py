"""Fill a new product with the example plans and their synthetic year: through its API, with a clock that is set.

Everything is entered in the order in which it happened, each thing at its own instant, up to now: nothing is recorded
in the future. Where another service reads what happened, the bus is drained before the clock moves, so that no event is
older than its effect; what happens to a report is read outside only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

import httpx

from contracts.plan import Plan
from examples.acts import Act, ActKind
from examples.sample_year import sample_year
from examples.script import Script, read_script
from kernel.clock import ICT, SetClock, as_utc
from lanhmanh.embedded import Product
from lanhmanh.national import bodies_decision, national_decision
from lanhmanh.yaml_file import examples

_BEGINNING = datetime(2022, 1, 4, 2, 0, tzinfo=UTC)
"""When the units are entered: before the first plan."""
_OFFICE_OPENS = time(9, 0, tzinfo=ICT)
"""When plans are issued."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many things are done."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """Calls the services as one unit or another."""

    product: Product
    clients: dict[str, httpx.AsyncClient]
    reports: dict[str, str] = field(default_factory=dict)
    """Path of each report, by the sender's own id of it."""
    etags: dict[str, str] = field(default_factory=dict)
    """What the last answer said of a report that nobody has changed since, by path."""

    async def __call__(
        self, service: str, method: str, path: str, *, unit: str, scope: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        token = self.product.issuer.mint(f"sample-{unit}", scopes=[scope], unit=unit)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.clients[service].request(
            method, path, json=body, headers={"Authorization": f"Bearer {token}", **named}
        )
        answer.raise_for_status()
        return answer


async def load_examples(product: Product, clock: SetClock, *, until: datetime, progress: Progress) -> None:
    """Fill a running product with everything that happened in the examples up to an instant."""
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample", timeout=120)
            )
            for name, app in product.apps.items()
        }
        call = _Caller(product, clients)
        clock.set(_BEGINNING)
        # The template of bodies lies among the units, and is no decision of its own.
        local = [content for content in examples("units") if "units" in content]
        decisions = [national_decision(), bodies_decision("provinces"), *local]
        for number, decision in enumerate(decisions, 1):
            await _decide(call, decision, number)
            progress("Đơn vị", number, len(decisions))
        await product.drained()
        await _live_through(call, clock, until, progress)


async def _live_through(call: _Caller, clock: SetClock, until: datetime, progress: Progress) -> None:
    script = read_script((files("examples") / "sample-year.yaml").read_text(encoding="utf-8"))
    drafts = sorted(examples("plans"), key=lambda draft: str(draft["effective_on"]))
    acts: list[Act] = []
    for draft in drafts:
        issued_at = as_utc(datetime.combine(date.fromisoformat(draft["effective_on"]), _OFFICE_OPENS))
        if issued_at > until:
            continue
        await _act_up_to(call, clock, acts, issued_at, progress)
        clock.set(issued_at)
        plan = await _issue(call, draft)
        await call.product.drained()
        acts += await _acts_of(call, plan, script)
    await _act_up_to(call, clock, acts, until, progress)


async def _acts_of(call: _Caller, plan: Plan, script: Script) -> Sequence[Act]:
    tree = (await call.product.services["plans"].reference.view()).tree
    return sample_year(plan, tree, script.plans[plan.slug], seed=script.seed)


async def _act_up_to(call: _Caller, clock: SetClock, acts: list[Act], until: datetime, progress: Progress) -> None:
    """Do, in order, and take from the list, what happens up to an instant."""
    acts.sort(key=lambda act: (act.at, act.kind != ActKind.EXTEND))
    due = [act for act in acts if act.at <= until]
    del acts[: len(due)]
    for number, act in enumerate(due, 1):
        clock.set(act.at)
        await _act(call, act)
        progress("Báo cáo", number, len(due))


async def _act(call: _Caller, act: Act) -> None:
    match act.kind:
        case ActKind.SUBMIT:
            await _submit(call, act)
        case ActKind.RESUBMIT:
            await _correct(call, act)
        case ActKind.RETURN:
            await _review(call, act, "return", {"reason": act.reason, "correction_days": act.correction_days})
        case ActKind.ACCEPT:
            await _review(call, act, "accept", None)
        case ActKind.EXTEND:
            assert act.until is not None  # noqa: S101 - an extension has a new day
            body = {"last_timely_on": act.until.isoformat(), "reason": act.reason}
            await _decide_on_obligations(call, act, "extension", body)
        case ActKind.EXCUSE:
            await _decide_on_obligations(call, act, "excuse", {"reason": act.reason})
        case ActKind.JUDGE:
            await _judge(call, act)


async def _submit(call: _Caller, act: Act) -> None:
    body = {"plan": act.plan, "unit": act.unit, **_content(act)}
    key = {"Idempotency_Key": act.report}
    sent = await call("reports", "POST", "/v1/reports", unit=act.by, scope="reports:submit", body=body, **key)
    path = call.reports[act.report] = sent.headers["location"]
    call.etags[path] = sent.headers["etag"]


async def _correct(call: _Caller, act: Act) -> None:
    path = f"{call.reports[act.report]}/versions"
    key = {"Idempotency_Key": f"{act.report}/{act.at:%Y%m%d%H%M%S}"}
    await call("reports", "POST", path, unit=act.by, scope="reports:submit", body=_content(act), **key)


def _content(act: Act) -> dict[str, Any]:
    covers = [
        {
            "rule": one.rule,
            "period": one.period,
            "figures": {**one.figures, **{code: dict(by_month) for code, by_month in one.monthly.items()}},
            "nil": act.nil,
        }
        for one in act.covers
    ]
    return {"covers": covers, "narrative": dict(act.narrative)}


async def _obligation(call: _Caller, act: Act, rule: str, period: str) -> str:
    path = f"/v1/obligations?plan={act.plan}&unit={act.unit}&period={period}"
    found = await call("reports", "GET", path, unit=act.by, scope="reports:read")
    return next(str(one["obligation_id"]) for one in found.json()["items"] if one["rule"] == rule)


async def _review(call: _Caller, act: Act, verb: str, body: Any) -> None:
    report = call.reports[act.report]
    etag = call.etags.pop(report, None)
    if etag is None:
        etag = (await call("reports", "GET", report, unit=act.by, scope="reports:read")).headers["etag"]
    await call("reports", "POST", f"{report}/{verb}", unit=act.by, scope="reports:review", body=body, If_Match=etag)


async def _decide_on_obligations(call: _Caller, act: Act, verb: str, body: Any) -> None:
    for one in act.covers:
        path = f"/v1/obligations/{await _obligation(call, act, one.rule, one.period)}"
        etag = (await call("reports", "GET", path, unit=act.by, scope="reports:read")).headers["etag"]
        await call("reports", "POST", f"{path}/{verb}", unit=act.by, scope="reports:review", body=body, If_Match=etag)


async def _judge(call: _Caller, act: Act) -> None:
    assert act.verdict is not None  # noqa: S101 - a judgement says something
    body = {"plan": act.plan, "unit": act.unit, **asdict(act.verdict), "reason": act.reason}
    key = {"Idempotency_Key": act.report}
    await call("reports", "POST", "/v1/judgements", unit=act.by, scope="reports:review", body=body, **key)


async def _issue(call: _Caller, draft: dict[str, Any]) -> Plan:
    slug, issuer = draft["slug"], draft["issuer"]
    await call("plans", "POST", "/v1/plans", unit=issuer, scope="plans:write", body=draft, Idempotency_Key=slug)
    etag = (await call("plans", "GET", f"/v1/plans/{slug}", unit=issuer, scope="plans:read")).headers["etag"]
    issued = await call("plans", "POST", f"/v1/plans/{slug}/issue", unit=issuer, scope="plans:write", If_Match=etag)
    return Plan.model_validate(issued.json()["plan"])


async def _decide(call: _Caller, decision: dict[str, Any], number: int) -> None:
    key = {"Idempotency_Key": f"units-{number}"}
    await call("plans", "POST", "/v1/unit-decisions", unit="VN", scope="plans:units", body=decision, **key)
