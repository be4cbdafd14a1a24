"""A tips service that runs, with tips in every state, and all who call it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.clock import SetClock
from runtime.database import insert_rows
from runtime.dead_letter import dead_letter
from runtime.watch import Watch
from runtime.webhooks.incoming import open_senders
from runtime.webhooks.subscribable import Subscribable
from runtime.webhooks.targets import Targets
from services.tips.main import create
from services.tips.wiring import SUBSCRIBABLE, Tips
from tests.plans_told import Teller
from tests.reports.builders import COUNTRY
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database
from tests.tips.conftest import a_service
from tests.tips.court import Court
from tests.tips.desk import INFORMANT, SCOPES, Desk
from tests.tips.fuzz.known import Known
from tests.tips.process import body_of

TARGET = "http://127.0.0.1:9/su-kien"
"""Where subscribers listen: nobody does."""
_NO_NAME = "http://khong-co.example/su-kien"
_CLIENTS = ["Quyết định 12/QĐ", "harbour-office-7", "harbour-office-8"]
_UNITS = ["60", "60.CA", "593", "VN", "38", "68", "99999"]
_INSTANTS = ["2025-04-17T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-04-18"]
_DAYS = ["2025-04-18", "2025-04-19", "0001-01-01", "9999-12-31", "2025-02-29"]
_PERIODS = ["2024", "2025-Q1", "2025-Q2", "flash:a", "2025-13"]
_HEADS = [1, 2, 3, 2**63 - 1]
_TO_THE_END = ("resolve", "notify", "close")
_PATHS: Sequence[tuple[dict[str, Any], Sequence[str]]] = (
    ({"category": "crime_report"}, ("assign", "verify", "suspend")),
    ({"category": "crime_report"}, ("assign", "verify", *_TO_THE_END)),
    ({"category": "denunciation"}, ("assign", "extend")),
    ({"category": "complaint"}, ("not_accept",)),
    ({"category": "complaint", "competent": False}, ("transfer",)),
    ({"category": "feedback"}, ("hand_over", "close")),
    ({"category": "feedback"}, ("forward", "hand_over")),
    ({"category": "feedback"}, ("grade", "link")),
)
"""What tips are, and what was done with them."""


@dataclass
class Premises:
    """The running service, and what whoever calls it holds in hands."""

    service: Tips
    client: httpx.AsyncClient
    clock: SetClock
    tokens: Tokens
    secret: str
    """Of the sender `development`, which signs with HMAC."""
    key: Ed25519PrivateKey
    """Of the sender `portal`, which signs with Ed25519."""
    known: Known
    watches: Sequence[Watch[Any]]
    """What the service does when an instant comes: here when somebody says that it came."""


@asynccontextmanager
async def opened(blueprint: Blueprint, folder: Path) -> AsyncIterator[Premises]:
    """Start the service on an embedded database, tell it of its units, and have tips brought and handled."""
    clock = SetClock(MORNING)
    async with AsyncExitStack() as stack:
        (folder / "plans").mkdir()
        plans = await stack.enter_async_context(blueprint.fresh(folder / "plans"))
        outbox = await stack.enter_async_context(a_database(plans, service="plans", clock=clock))
        url = await stack.enter_async_context(blueprint.fresh(folder))
        service = a_service(url, clock, outbox, folder)
        secret, key = _with_senders(service, folder)
        service.subscribable = Subscribable(
            SUBSCRIBABLE, Targets(https_only=False, private_allowed=True, lookup=_nowhere)
        )
        watches, service.watches = service.watches, ()
        client = await stack.enter_async_context(a_client(create(service)))
        await Teller(outbox, service).tell(COUNTRY.first_units())
        known = Known(
            unit=list(_UNITS),
            entries=list(_HEADS),
            url=[TARGET, _NO_NAME],
            since=list(_INSTANTS),
            day=list(_DAYS),
            period=list(_PERIODS),
            function=["police", "health"],
            approver=_CLIENTS,
            public_key=[Court().told("60")["public_key"]],
        )
        premises = Premises(service, client, clock, Tokens(clock), secret, key, known, watches)
        await _furnish(premises)
        yield premises


async def _nowhere(host: str, _port: int) -> Sequence[str]:
    """Know no name: what a fuzzer makes up is asked of nobody."""
    if host != "127.0.0.1":
        raise OSError
    return [host]


def _with_senders(service: Tips, folder: Path) -> tuple[str, Ed25519PrivateKey]:
    """Let a second sender in, which signs with a key."""
    file, key = folder / "keys" / "senders.json", Ed25519PrivateKey.generate()
    senders = json.loads(file.read_text("utf-8"))
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    senders["portal"] = {"secrets": [f"whpk_{public}"], "unit": "60"}
    file.write_text(json.dumps(senders), "utf-8")
    service.senders = open_senders(file)
    return senders["development"]["secrets"][0], key


async def _furnish(premises: Premises) -> None:
    desk = Desk(premises.client, premises.tokens, "60")
    first, court = await desk.entered(informant=INFORMANT), await Court().registered(desk)
    premises.known.learn("", {"body_id": court})
    for found, acts in _PATHS:
        tip = await desk.entered(informant=INFORMANT)
        await desk.done(tip, "classify", **found)
        for act in acts:
            own: dict[str, Any] = {"duplicate_of": first.rpartition("/")[2]} if act == "link" else {}
            own = {"notice": "outcome", "to": ["informant"]} if act == "notify" else own
            own = {"body_id": court} if act == "forward" else own
            premises.known.learn(tip, await desk.done(tip, act, **body_of(act, **own)))
        premises.known.learn(tip, await desk.read(tip))
    premises.known.learn(first, await desk.read(first))
    for path, body in (
        (f"{first}/messages", {"text": "Xin cho biết thêm."}),
        (f"{first}/disclosures", {"reason": "Cần mời người cung cấp tin."}),
        ("/v1/tips/routes", {"unit": "60", "category": "complaint", "function": "police"}),
        ("/v1/subscriptions/tips", {"unit": "60", "url": TARGET}),
        ("/v1/tips/ledger/heads", None),
    ):
        answer = await premises.client.post(path, json=body, headers=desk.headers(Idempotency_Key=path))
        assert answer.status_code == 201, answer.text
        premises.known.learn(path, answer.json())
        if "disclosure_id" in answer.json():
            await _grant(premises, f"{path}/{answer.json()['disclosure_id']}/decision")
    await _put_aside(premises)


async def _grant(premises: Premises, path: str) -> None:
    """Let a second person agree that an informant is shown."""
    second = premises.tokens.bearer(*SCOPES, unit="60", client="harbour-office-8")
    body, headers = {"granted": True, "hours": 168}, {**second, "If-Match": "*"}
    answer = await premises.client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    premises.known.learn(path, answer.json())


async def _put_aside(premises: Premises) -> None:
    """Leave events that could not be handled: one that is none, and some that still cannot be."""
    database, at = premises.service.database, premises.clock.now()
    letter = {"consumer": "tips", "topic": "lanhmanh.plans", "key": "60", "source": "/lanhmanh/plans", "time": at}
    letter |= {"failure": "ValueError", "tries": 8, "died_at": at}
    events = [("unreadable", b"\xff"), *[("vn.lanhmanh.plans.units.changed.v1", b"{}")] * 3]
    rows = [
        letter | {"event_id": UUID(int=place), "type": kind, "data": data} for place, (kind, data) in enumerate(events)
    ]
    await database.mark(lambda connection: insert_rows(connection, dead_letter, rows))
    premises.known.learn("", [{"event_id": str(row["event_id"])} for row in rows])
