"""Do what the examples tell of support: cases, consents, referrals, and the release of a total."""

from __future__ import annotations

from typing import Any

from examples.support_year import SupportAct, SupportActKind
from lanhmanh.sample.caller import Caller

_CASES = "/v1/support-cases"
_BY_PROVIDER = (SupportActKind.ACCEPT, SupportActKind.START, SupportActKind.COMPLETE)


class SupportDesk:
    """Whoever supports: who keeps a case, who serves, who releases."""

    def __init__(self, call: Caller) -> None:
        self._call = call
        self._ids: dict[tuple[str, SupportActKind], str] = {}
        """Ids that only the service knows, by what they are about."""

    async def do(self, act: SupportAct) -> None:
        """Do what is told of a case, a service or a total."""
        case = f"{_CASES}/{self._ids.get((act.about, SupportActKind.OPEN))}"
        match act.kind:
            case SupportActKind.REGISTER:
                await self._create(act, "/v1/support-services", "referrals:directory", "service_id")
            case SupportActKind.OPEN:
                await self._create(act, _CASES, "referrals:case", "case_id")
            case SupportActKind.NEED:
                await self._create(act, f"{case}/needs", "referrals:case", "need_id")
            case SupportActKind.DECIDE:
                need = self._ids[act.about, SupportActKind.NEED]
                await self._create(act, f"{case}/needs/{need}/decisions", "referrals:case", "decision_id")
            case SupportActKind.CONSENT:
                await self._create(act, f"{case}/consents", "referrals:case", "consent_id", **self._service(act))
            case SupportActKind.REFER:
                named = {"case_id": SupportActKind.OPEN, "need_id": SupportActKind.NEED}
                ids = {name: self._ids[act.about, kind] for name, kind in named.items()}
                await self._create(act, "/v1/referrals", "referrals:case", "referral_id", **ids, **self._service(act))
            case SupportActKind.RELEASE:
                await self._create(act, "/v1/statistics/releases", "referrals:release", "release_id")
            case _:
                await self._advance(act)

    def _service(self, act: SupportAct) -> dict[str, str]:
        return {"service_id": self._ids[act.plan, SupportActKind.REGISTER]}

    async def _create(self, act: SupportAct, path: str, scope: str, name: str, **more: Any) -> None:
        key, body = f"{act.about}/{act.kind}", {**act.body, **more}
        made = await self._call.create("referrals", path, key, unit=act.by, scope=scope, body=body)
        self._ids[act.about, act.kind] = made[name]

    async def _advance(self, act: SupportAct) -> None:
        path = f"/v1/referrals/{self._ids[act.about, SupportActKind.REFER]}"
        etag = (await self._call("referrals", "GET", path, unit=act.by, scope="referrals:read")).headers["etag"]
        scope = "referrals:provide" if act.kind in _BY_PROVIDER else "referrals:case"
        body = dict(act.body) or None
        await self._call("referrals", "POST", f"{path}/{act.kind}", unit=act.by, scope=scope, body=body, If_Match=etag)
