"""What a request leaves behind: an id, one line of log, counts by template; and never its content."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.responses import StreamingResponse

from kernel.ids import UnitId
from runtime.http.bulk import BulkLoad
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.observe import AnswerBroken
from runtime.http.routes import Bulks, Creates, Edits, Reads, Routes
from runtime.service import Service
from runtime.telemetry.log import FIELDS, configure
from runtime.telemetry.trace import current_traceparent
from tests.rig import a_client, published
from tests.runtime.http.conftest import know_units, light, on_sqlite_only
from tests.runtime.lighthouse.lamps import light as light_in
from tests.runtime.lighthouse.lamps import lit
from tests.runtime.lighthouse.service import an_app
from tests.runtime.units import KIM_TAN

pytestmark = [pytest.mark.asyncio, on_sqlite_only]

Caller = dict[str, str]
SECRET = "hunter2-của-người-gác-đèn"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Log:
    """What was written while a test ran."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    configure(log.stream)
    yield log
    structlog.reset_defaults()


async def test_a_request_leaves_one_line_with_its_template(
    log: Log, client: httpx.AsyncClient, kim_tan: Caller
) -> None:
    lamp_id = (await light(client, kim_tan, SECRET)).json()["lamp_id"]

    await client.get(f"/v1/lamps/{lamp_id}?q={SECRET}", headers={**kim_tan, "X-Request-ID": "harbour-office-7"})

    line = log.lines()[-1]
    assert line.pop("seconds") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "service": "lighthouse",
        "request_id": "harbour-office-7",
        "method": "GET",
        "route": "/v1/lamps/{lamp_id}",
        "status": 200,
    }
    assert SECRET not in log.stream.getvalue()
    assert {name for written in log.lines() for name in written} <= FIELDS


@pytest.mark.parametrize("given", ["harbour-office-7", "A.b_c-d" * 8])
async def test_a_request_id_is_given_back(client: httpx.AsyncClient, given: str) -> None:
    assert (await client.get("/healthz", headers={"X-Request-ID": given})).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", [None, "short", "x" * 65, "a b c d e f g", "đèn-biển-kê-gà".encode()])
async def test_a_request_without_a_fit_id_gets_one(client: httpx.AsyncClient, given: str | bytes | None) -> None:
    headers = [] if given is None else [("X-Request-ID", given)]

    answer = await client.get("/healthz", headers=headers)  # type: ignore[arg-type]

    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


async def test_an_event_carries_the_trace_of_its_request(
    client: httpx.AsyncClient, kim_tan: Caller, service: Service
) -> None:
    await light(client, {**kim_tan, "traceparent": TRACE}, "Kê Gà")
    await light(client, {**kim_tan, "traceparent": "00-nonsense"}, "Mũi Dinh")

    async with service.database.read() as read:
        traces = await read.execute(text("SELECT traceparent FROM outbox ORDER BY revision"))
    assert list(traces.scalars()) == [TRACE, None]
    assert current_traceparent() is None


async def test_metrics_count_by_template_and_known_method_only(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    lamp_id = (await light(client, kim_tan, "Kê Gà")).json()["lamp_id"]
    await client.get(f"/v1/lamps/{lamp_id}", headers=kim_tan)
    await client.get("/v1/nowhere/special")
    await client.request("BREW", "/v1/coffee")

    measured = (await client.get("/metrics")).text

    counted = re.findall(r'lanhmanh_requests_total\{method="(\w+)",route="([^"]+)".*status="(\d+)"\} 1\.0', measured)
    assert sorted(counted) == [
        ("GET", "/v1/lamps/{lamp_id}", "200"),
        ("GET", "unmatched", "404"),
        ("POST", "/v1/lamps", "201"),
        ("other", "unmatched", "404"),
    ]
    assert lamp_id not in measured
    assert "special" not in measured


class Line(BaseModel):
    """A line of a load."""

    place: str


broken = Routes("lighthouse", "broken")
"""Routes with a defect each."""


@broken.read("/v1/broken/fails", scope="lighthouse:read", units=UnitRule.ANY)
async def fail(call: Reads) -> dict[str, str]:
    raise ValueError(f"{SECRET} for {call.principal.client_id}")


@broken.read("/v1/broken/store", scope="lighthouse:read", units=UnitRule.ANY)
async def meet_a_full_disk(call: Reads) -> dict[str, str]:  # noqa: ARG001
    full = sqlite3.OperationalError(f"disk full at {SECRET}")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise OperationalError("INSERT", {"content": SECRET}, full)


@broken.read("/v1/broken/half", scope="lighthouse:read", units=UnitRule.ANY)
async def answer_half(call: Reads) -> StreamingResponse:  # noqa: ARG001
    async def half() -> Any:
        yield b"half"
        raise ValueError(SECRET)

    return StreamingResponse(half())


@broken.read("/v1/broken/unchecked", scope="lighthouse:read", units=UnitRule.WITHIN)
async def read_unchecked(call: Reads) -> dict[str, str]:  # noqa: ARG001
    return {"secret": SECRET}


@broken.create("/v1/broken/unchecked", scope="lighthouse:light", units=UnitRule.ACTS_FOR)
async def light_unchecked(call: Creates) -> dict[str, str]:
    return {"lamp_id": str(await call.once(lambda tx: light_in(tx, "Kê Gà")))}


@broken.bulk("/v1/broken/lines", scope="lighthouse:light", units=UnitRule.ACTS_FOR, line=Line)
async def load_unchecked(call: Bulks) -> BulkLoad:
    return await call.load(Line, lambda tx, line: light_in(tx, line.place))


@broken.create("/v1/broken/elsewhere", scope="lighthouse:light", units=UnitRule.ANY)
async def create_without_once(call: Creates) -> dict[str, str]:  # noqa: ARG001
    return {"secret": SECRET}


@broken.edit("PUT", "/v1/broken/unmatched", scope="lighthouse:light", units=UnitRule.ACTS_FOR)
async def edit_unmatched(call: Edits) -> dict[str, str]:
    async def effect(tx: Any) -> None:
        _check(call)
        await light_in(tx, "Kê Gà")

    await call.write(effect)
    return {}


def _check(call: Call) -> None:
    call.actor.must_act_for(UnitId(KIM_TAN.unit_id))


async def test_an_unforeseen_failure_is_answered_without_its_text(log: Log, service: Service, kim_tan: Caller) -> None:
    async with a_client(an_app(service, broken)) as client:
        headers = {**kim_tan, "X-Request-ID": "harbour-office-7", "Accept-Language": "en"}

        answer = await client.get("/v1/broken/fails", headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["X-Request-ID"] == "harbour-office-7"
    assert (answer.json()["code"], SECRET in answer.text) == ("unforeseen", False)
    failed, request = log.lines()
    assert (failed["event"], failed["error"], failed["route"]) == ("request failed", "ValueError", "/v1/broken/fails")
    assert request["status"] == 500
    assert SECRET not in log.stream.getvalue()


async def test_a_database_that_fails_is_said_with_when_to_come_again(
    log: Log, service: Service, kim_tan: Caller
) -> None:
    async with a_client(an_app(service, broken)) as client:
        answer = await client.get("/v1/broken/store", headers={**kim_tan, "Accept-Language": "en"})

    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert (answer.headers["retry-after"], answer.json()["mend"]) == (
        "2",
        "Send again with the same key in 2 seconds.",
    )
    assert SECRET not in answer.text + log.stream.getvalue()


async def test_an_answer_that_breaks_in_its_middle_is_broken_off_without_its_text(
    log: Log, service: Service, kim_tan: Caller
) -> None:
    async with a_client(an_app(service, broken)) as client:
        with pytest.raises(AnswerBroken) as caught:
            await client.get("/v1/broken/half", headers=kim_tan)

    assert (str(caught.value), caught.value.__suppress_context__) == ("", True)
    assert SECRET not in log.stream.getvalue()
    assert log.lines()[0]["error"] == "ValueError"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/broken/unchecked"),
        ("POST", "/v1/broken/unchecked"),
        ("POST", "/v1/broken/lines"),
        ("POST", "/v1/broken/elsewhere"),
        ("PUT", "/v1/broken/unmatched"),
    ],
)
async def test_a_route_that_does_not_do_what_it_declares_fails_before_anything_is_committed(
    service: Service, kim_tan: Caller, log: Log, method: str, path: str
) -> None:
    async with a_client(an_app(service, broken)) as client:
        await know_units(service.database)
        headers = {**kim_tan, "Idempotency-Key": "key-1", "If-Match": "*"}

        answer = await client.request(method, path, headers=headers, content=b'{"place": "K\xc3\xaa G\xc3\xa0"}')

        assert (answer.status_code, SECRET in answer.text) == (500, False)
        assert log.lines()[0]["error"] == "ConventionBroken"
        assert await lit(service.database) == []
        assert await published(service.database) == []
