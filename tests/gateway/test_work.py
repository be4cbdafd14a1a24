"""A flood from one address keeps nobody out who can work: work lets in beyond the limit where everybody may create."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path
from string import ascii_letters, digits
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from gateway.settings import GatewaySettings
from gateway.work import Asked, find_nonce, minute_of, verify
from runtime.http.refusals import RateExceeded
from tests.gateway.door import Door, a_settings

CHECKOUT = Path(__file__).parents[2]
FORM = "/v1/tips/form"
KEY, OTHER_KEY = "7a2a8f0c-6d1f-4b7e-9c35-0d5b1e2f4a68", "d1c5f0a2-3b8e-4f6d-8a17-92e4c0b6d7f3"
BITS = 10

MINUTES = st.integers(min_value=20_000_000, max_value=60_000_000)
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
NONCES = st.text(ascii_letters + digits + "-_", min_size=1, max_size=64)
NEARLY = r"[0-9]{0,12}:?[A-Za-z0-9_-]{0,70}[ :.\n\xb2\xe9]?"
"""What a proof is, and a little more or less."""
FEW_BITS = st.integers(min_value=1, max_value=8)


def zeros(minute: int, key: str, nonce: str) -> int:
    """Return with how many zero bits the digest begins, as `docs/api.md` has it."""
    digest = sha256(f"lanhmanh-work:v1:{minute}:{key}:{nonce}".encode()).hexdigest()
    return f"{int(digest, 16):0256b}".index("1")


def outcome(proof: str, key: str, *, now: int, bits: int) -> str:
    """Return what becomes of a proof: `verified`, or the code of the refusal."""
    try:
        verify(proof, key, Asked(limit="2 per 1 minute", retry_after=60, work_bits=bits, minute=now))
    except RateExceeded as refused:
        return refused.code
    return "verified"


@given(MINUTES, KEYS, st.integers(min_value=-10, max_value=2), FEW_BITS)
def test_whatever_nonce_is_found_proves_the_work(now: int, key: str, away: int, bits: int) -> None:
    minute = now + away

    assert outcome(f"{minute}:{find_nonce(minute, key, bits=bits)}", key, now=now, bits=bits) == "verified"


@given(MINUTES, KEYS, KEYS, FEW_BITS)
def test_work_for_one_key_proves_nothing_for_another(minute: int, key: str, other: str, bits: int) -> None:
    nonce = find_nonce(minute, key, bits=bits)
    assume(zeros(minute, other, nonce) < bits)

    assert outcome(f"{minute}:{nonce}", other, now=minute, bits=bits) == "work_too_little"


@given(MINUTES, KEYS, st.sampled_from([-10, -1, 1, 2]), FEW_BITS)
def test_work_for_one_minute_proves_nothing_for_another(minute: int, key: str, away: int, bits: int) -> None:
    nonce = find_nonce(minute, key, bits=bits)
    assume(zeros(minute + away, key, nonce) < bits)

    assert outcome(f"{minute + away}:{nonce}", key, now=minute, bits=bits) == "work_too_little"


@given(MINUTES, KEYS, NONCES)
def test_a_nonce_proves_the_bits_that_its_digest_begins_with_and_not_one_more(
    minute: int, key: str, nonce: str
) -> None:
    found = zeros(minute, key, nonce)

    assert outcome(f"{minute}:{nonce}", key, now=minute, bits=found) == "verified"
    assert outcome(f"{minute}:{nonce}", key, now=minute, bits=found + 1) == "work_too_little"


@given(MINUTES, KEYS, st.integers(min_value=-20_000_000, max_value=-11) | st.integers(min_value=3), NONCES)
def test_a_minute_that_is_too_far_away_is_stale_whatever_was_worked(now: int, key: str, away: int, nonce: str) -> None:
    assume(now + away < 10**10)

    assert outcome(f"{now + away}:{nonce}", key, now=now, bits=1) == "work_stale"


@example(":7", KEY)
@example("29000000:7\n", KEY)
@given(st.from_regex(NEARLY, fullmatch=True) | st.text(st.characters(max_codepoint=0xFF)), KEYS)
def test_whatever_else_is_sent_is_malformed(proof: str, key: str) -> None:
    assume(not re.fullmatch("[0-9]{1,10}:[A-Za-z0-9_-]{1,64}", proof, re.ASCII))

    assert outcome(proof, key, now=29_000_000, bits=1) == "work_malformed"


class Village:
    """Many who tip from one address, through a gateway that lets in two a minute without work."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        """The headers of what reached the service."""
        tips = json.loads((CHECKOUT / "services/tips/openapi.json").read_text("utf-8"))
        limits = a_settings(rate="2/minute", anonymous_rate="2/minute", work_bits=BITS)
        self.door = Door({"tips": self._service()}, {"tips": tips}, limits)

    def _service(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST"], status_code=201)
        async def take(request: Request) -> None:
            self.taken.append(dict(request.headers))

        return app

    @property
    def minute(self) -> int:
        return minute_of(self.door.verification.clock.now())

    def proof(self, key: str, *, away: int = 0, spelling: str = "{}") -> str:
        """Return a proof for a key, of a minute that is so far away; `spelling` is how the nonce is written."""
        minute = self.minute + away
        nonce = next(spelling.format(n) for n in count() if zeros(minute, key, spelling.format(n)) >= BITS)
        return f"{minute}:{nonce}"


async def tip(
    client: httpx.AsyncClient, key: str | None = None, *, work: str | None = None, language: str = "en"
) -> httpx.Response:
    """Send a tip under a key, or a new one."""
    proof = {} if work is None else {"Work": work}
    headers = {"Idempotency-Key": key or str(uuid4()), "Accept-Language": language, **proof}
    return await client.post(FORM, headers=headers)


async def flood(client: httpx.AsyncClient) -> httpx.Response:
    """Pass the limit, and return the first refusal."""
    while (answer := await tip(client)).status_code == 201:
        pass
    return answer


@pytest.mark.asyncio
async def test_in_a_flood_from_one_address_every_tip_with_work_comes_in_and_none_without() -> None:
    village = Village()
    without, worked = [], []
    async with village.door.open() as client:
        await flood(client)
        for _ in range(20):
            key = str(uuid4())
            without.append((await tip(client, key)).status_code)
            worked.append((await tip(client, key, work=village.proof(key))).status_code)

    assert (set(without), set(worked)) == ({429}, {201})
    assert len(village.taken) == 2 + 20


@pytest.mark.asyncio
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_refusal_says_how_to_go_on_and_whoever_does_so_comes_in(language: str) -> None:
    village = Village()
    async with village.door.open() as client:
        await flood(client)
        refused = await tip(client, language=language)
        mend, bits = refused.json()["mend"], int(refused.headers["work-bits"])
        minute, said = re.findall(r"`(?:Work: (\d+):<nonce>|(lanhmanh-work:\S+))`", mend)
        hashed = said[1].replace("<Idempotency-Key>", KEY)
        nonce = next(
            n
            for n in count()
            if int(sha256(hashed.replace("<nonce>", str(n)).encode()).hexdigest(), 16) >> (256 - bits) == 0
        )
        answer = await tip(client, KEY, work=f"{minute[0]}:{nonce}")

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_exceeded")
    assert (refused.headers["retry-after"], bits) == ("60", BITS)
    assert f" {BITS} " in mend
    assert answer.status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("away", "outcome"),
    [(-11, (429, "work_stale")), (-10, (201, None)), (2, (201, None)), (3, (429, "work_stale"))],
)
async def test_proof_is_good_from_ten_minutes_ago_to_two_ahead(away: int, outcome: tuple[int, str | None]) -> None:
    village = Village()
    async with village.door.open() as client:
        await flood(client)
        answer = await tip(client, KEY, work=village.proof(KEY, away=away))

    assert (answer.status_code, (answer.json() or {}).get("code")) == outcome
    if outcome[0] == 429:
        assert f"from {village.minute - 10} to {village.minute + 2}," in answer.json()["detail"]


@pytest.mark.asyncio
async def test_whoever_only_waits_comes_in_once_the_flood_is_over_and_not_before() -> None:
    village = Village()
    async with village.door.open() as client:
        waiting = await flood(client)
        tried = []
        for _ in range(5):
            village.door.verification.pass_time(seconds=int(waiting.headers["retry-after"]))
            await flood(client)
            waiting = await tip(client)
            tried.append(waiting.status_code)
        village.door.verification.pass_time(seconds=int(waiting.headers["retry-after"]))
        tried.append((await tip(client)).status_code)

    assert tried == [429] * 5 + [201]


@pytest.mark.asyncio
async def test_proof_grows_stale_while_the_flood_goes_on() -> None:
    village = Village()
    proof = village.proof(KEY)
    async with village.door.open() as client:
        village.door.verification.pass_time(minutes=10, seconds=59)
        await flood(client)
        before = await tip(client, KEY, work=proof)
        village.door.verification.pass_time(seconds=1)
        after = await tip(client, KEY, work=proof)

    assert before.status_code == 201
    assert (after.status_code, after.json()["code"]) == (429, "work_stale")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("", "work_malformed"),
        ("55", "work_malformed"),
        ("{minute}:", "work_malformed"),
        ("{minute}:bốn", "work_malformed"),
        ("{minute}:" + "7" * 65, "work_malformed"),
        ("-1:7", "work_malformed"),
        ("{minute}:not-worked-for", "work_too_little"),
        ("{other}", "work_too_little"),
    ],
)
async def test_what_proves_nothing_is_told_why_and_how_to_mend_it(work: str, code: str) -> None:
    village = Village()
    written = work.format(minute=village.minute, other=village.proof(OTHER_KEY))
    async with village.door.open() as client:
        asked = await flood(client)
        headers = [(b"Idempotency-Key", KEY.encode()), (b"Work", written.encode()), (b"Accept-Language", b"en")]
        refused = await client.post(FORM, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (429, code)
    assert refused.json()["mend"] == asked.json()["mend"]
    assert refused.headers["work-bits"] == str(BITS)
    assert refused.headers["retry-after"] == "60"


@pytest.mark.asyncio
async def test_proof_without_a_key_is_for_nothing() -> None:
    village = Village()
    async with village.door.open() as client:
        await flood(client)
        refused = await client.post(FORM, headers={"Work": village.proof("")})

    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.asyncio
async def test_below_the_limit_no_proof_is_looked_at_and_the_service_never_gets_one() -> None:
    village = Village()
    async with village.door.open() as client:
        wrong = (await tip(client, work="55")).status_code
        await flood(client)
        right = (await tip(client, KEY, work=village.proof(KEY))).status_code

    assert (wrong, right) == (201, 201)
    assert [headers for headers in village.taken if "work" in headers] == []


@pytest.mark.asyncio
async def test_proof_is_sent_again_as_often_as_one_caller_may_and_another_one_always_comes_in() -> None:
    village = Village()
    async with village.door.open() as client:
        await flood(client)
        village.door.verification.pass_time(seconds=20)
        same = [await tip(client, KEY, work=village.proof(KEY)) for _ in range(3)]
        again = await tip(client, KEY, work=village.proof(KEY, spelling="again-{}"))

    assert [answer.status_code for answer in same] == [201, 201, 429]
    assert (same[2].json()["code"], same[2].headers["retry-after"]) == ("rate_exceeded", "60")
    assert same[2].headers["work-bits"] == str(BITS)
    assert again.status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize("route", ["GET /v1/tips/receipt-keys", "GET /v1/tips", "POST /v1/tips/hotline/development"])
async def test_refusal_on_any_other_route_is_the_same_as_ever(route: str) -> None:
    village = Village()
    method, path = route.split()
    headers = {"Idempotency-Key": KEY, "Work": village.proof(KEY), "Accept-Language": "en", "X-Request-Id": "7"}
    async with village.door.open() as client:
        answers = [await client.request(method, path, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json() == {
        "type": "urn:lanhmanh:problem:rate_exceeded",
        "title": "Too many requests",
        "status": 429,
        "detail": "The limit of 2 per 1 minute is passed.",
        "code": "rate_exceeded",
        "mend": "Wait as `Retry-After` says, then send again.",
        "instance": "urn:lanhmanh:request:7",
    }
    assert answers[2].headers["retry-after"] == "60"
    assert "work-bits" not in answers[2].headers


@pytest.mark.asyncio
async def test_metrics_count_what_work_let_in_and_neither_they_nor_logs_tell_who_worked() -> None:
    village = Village()
    proof, stale = (village.proof(KEY, away=away, spelling="harbour-{}") for away in (0, -11))
    with capture_logs() as logs:
        async with village.door.open():
            transport = httpx.ASGITransport(village.door.app, client=("192.0.2.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://door.example") as client:
                await flood(client)
                for work in (proof, stale, "harbour", proof):
                    await tip(client, KEY, work=work)
                metrics = (await client.get("/metrics")).text

    assert 'lanhmanh_admitted_by_work_total{service="tips"} 2.0' in metrics
    assert 'lanhmanh_refusals_total{code="work_stale",service="tips"} 1.0' in metrics
    assert 'lanhmanh_refusals_total{code="work_malformed",service="tips"} 1.0' in metrics
    for told in (metrics, repr(logs)):
        assert not [told for secret in (KEY, "harbour", "192.0.2.7") if secret in told]


def headers_of_the_example() -> dict[str, str]:
    """Return the headers that the example in `docs/api.md` prints, when it is told to work less."""
    example = re.search(r"```python\n(.*?)```", (CHECKOUT / "docs/api.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    quick = example[1].replace("bits, minute, key = 20,", f"bits, minute, key = {BITS},")
    assert quick != example[1]
    printed = subprocess.run([sys.executable, "-c", quick], capture_output=True, text=True, check=True, timeout=60)
    return dict(line.split(": ") for line in printed.stdout.splitlines())


@pytest.mark.asyncio
async def test_example_of_the_documentation_makes_headers_that_come_in() -> None:
    headers, village = headers_of_the_example(), Village()
    village.door.verification.pass_time(minutes=int(headers["Work"].split(":")[0]) - village.minute)
    async with village.door.open() as client:
        await flood(client)
        answer = await client.post(FORM, headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize("bits", [0, 33])
def test_work_that_is_none_or_that_nobody_can_do_is_no_setting(bits: int) -> None:
    with pytest.raises(ValidationError, match="work_bits"):
        GatewaySettings(work_bits=bits)
