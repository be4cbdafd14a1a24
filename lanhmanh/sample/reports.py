"""Do what the examples tell of reports: send, return, correct, accept, extend, excuse, judge."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from examples.acts import Act, ActKind
from lanhmanh.sample.caller import Caller


class ReportDesk:
    """Whoever writes and reviews reports."""

    def __init__(self, call: Caller) -> None:
        self._call = call
        self._reports: dict[str, str] = {}
        """Path of each report, by the sender's own id of it."""
        self._etags: dict[str, str] = {}
        """What the last answer said of a report that nobody has changed since, by path."""

    async def do(self, act: Act) -> None:
        """Do what is told of a report."""
        match act.kind:
            case ActKind.SUBMIT:
                await self._submit(act)
            case ActKind.RESUBMIT:
                await self._correct(act)
            case ActKind.RETURN:
                await self._review(act, "return", {"reason": act.reason, "correction_days": act.correction_days})
            case ActKind.ACCEPT:
                await self._review(act, "accept", None)
            case ActKind.EXTEND:
                assert act.until is not None  # noqa: S101 - an extension has a new day
                body = {"last_timely_on": act.until.isoformat(), "reason": act.reason}
                await self._decide_on_obligations(act, "extension", body)
            case ActKind.EXCUSE:
                await self._decide_on_obligations(act, "excuse", {"reason": act.reason})
            case ActKind.JUDGE:
                await self._judge(act)

    async def _submit(self, act: Act) -> None:
        body = {"plan": act.plan, "unit": act.unit, **_content(act)}
        key = {"Idempotency_Key": act.report}
        sent = await self._call("reports", "POST", "/v1/reports", unit=act.by, scope="reports:submit", body=body, **key)
        path = self._reports[act.report] = sent.headers["location"]
        self._etags[path] = sent.headers["etag"]

    async def _correct(self, act: Act) -> None:
        path = f"{self._reports[act.report]}/versions"
        key = {"Idempotency_Key": f"{act.report}/{act.at:%Y%m%d%H%M%S}"}
        await self._call("reports", "POST", path, unit=act.by, scope="reports:submit", body=_content(act), **key)

    async def _obligation(self, act: Act, rule: str, period: str) -> str:
        path = f"/v1/obligations?plan={act.plan}&unit={act.unit}&period={period}"
        found = await self._call("reports", "GET", path, unit=act.by, scope="reports:read")
        return next(str(one["obligation_id"]) for one in found.json()["items"] if one["rule"] == rule)

    async def _review(self, act: Act, verb: str, body: Any) -> None:
        report = self._reports[act.report]
        etag = self._etags.pop(report, None)
        if etag is None:
            etag = (await self._call("reports", "GET", report, unit=act.by, scope="reports:read")).headers["etag"]
        await self._call(
            "reports", "POST", f"{report}/{verb}", unit=act.by, scope="reports:review", body=body, If_Match=etag
        )

    async def _decide_on_obligations(self, act: Act, verb: str, body: Any) -> None:
        for one in act.covers:
            path = f"/v1/obligations/{await self._obligation(act, one.rule, one.period)}"
            etag = (await self._call("reports", "GET", path, unit=act.by, scope="reports:read")).headers["etag"]
            await self._call(
                "reports", "POST", f"{path}/{verb}", unit=act.by, scope="reports:review", body=body, If_Match=etag
            )

    async def _judge(self, act: Act) -> None:
        assert act.verdict is not None  # noqa: S101 - a judgement says something
        body = {"plan": act.plan, "unit": act.unit, **asdict(act.verdict), "reason": act.reason}
        key = {"Idempotency_Key": act.report}
        await self._call("reports", "POST", "/v1/judgements", unit=act.by, scope="reports:review", body=body, **key)


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
