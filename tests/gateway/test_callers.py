"""Who may knock, and what a service learns of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from tests.gateway.door import Door, a_document, a_settings, a_token, bearer, echo_service, silent_service
from tests.gateway.served import served
from tests.runtime.auth.forge import claims, rsa_key, sign


def a_door(**extensions: Any) -> Door:
    return Door({"plans": echo_service("plans")}, {"plans": a_document("GET /v1/plans", **extensions)})


def unsigned_token() -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{a_token().split('.')[1]}."


def tampered_token() -> str:
    header, payload, signature = a_token().split(".")
    return f"{header}.{payload[:-2]}AA.{signature}"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "token_missing"),
        (f"Bearer {a_token(exp=claims()['iat'] - 60)}", "token_expired"),
        (f"Bearer {a_token(iss='https://id.elsewhere.example')}", "token_invalid"),
        (f"Bearer {a_token(aud='another-product')}", "token_invalid"),
        (f"Bearer {sign(claims(), rsa_key('foreign'), kid='first')}", "token_invalid"),
        (f"Bearer {unsigned_token()}", "token_invalid"),
        (f"Bearer {tampered_token()}", "token_invalid"),
        ("Bearer \u00e9\u00ff", "token_invalid"),
    ],
    ids=["none", "expired", "foreign issuer", "other audience", "foreign key", "unsigned", "tampered", "not ASCII"],
)
async def test_caller_without_good_token_is_challenged_and_reaches_nobody(authorization: str, code: str) -> None:
    door = Door({"plans": silent_service}, {"plans": a_document("GET /v1/plans")})
    async with door.open() as client:
        answer = await client.get("/v1/plans", headers={b"authorization": authorization.encode("latin-1")})

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith('Bearer realm="lanhmanh"')
    assert ("error=" in answer.headers["www-authenticate"]) is (code != "token_missing")


@pytest.mark.asyncio
async def test_token_for_both_tips_and_referrals_is_refused() -> None:
    door = Door({"plans": silent_service}, {"plans": a_document("GET /v1/plans")})
    async with door.open() as client:
        answer = await client.get("/v1/plans", headers=bearer(scope="tips:intake referrals:case"))

    assert (answer.status_code, answer.json()["code"]) == (403, "scopes_conflict")


@pytest.mark.asyncio
@pytest.mark.parametrize(("trusted", "other"), [("127.0.0.1", 200), ("10.9.8.0/24", 429)])
async def test_callers_behind_a_proxy_are_told_apart_if_its_word_is_taken(trusted: str, other: int) -> None:
    document = a_document("GET /v1/plans", open="public")
    door = Door({"plans": echo_service("plans")}, {"plans": document}, a_settings(anonymous_rate="1/minute"))

    async with served(door.app, trusted=trusted) as url, httpx.AsyncClient(base_url=url) as client:
        answers = [
            # Only what the proxy added is believed: what stands before it, anybody can write.
            await client.get("/v1/plans", headers={"x-forwarded-for": f"203.0.113.99, {address}"})
            for address in ("203.0.113.7", "203.0.113.7", "203.0.113.8")
        ]

    assert [answer.status_code for answer in answers] == [200, 429, other]
    assert "203.0.113" not in answers[0].text


@pytest.mark.asyncio
async def test_service_gets_the_token_to_verify_it_again() -> None:
    async with a_door().open() as client:
        answer = await client.get("/v1/plans")

    assert answer.json()["headers"]["authorization"] == f"Bearer {a_token()}"


@pytest.mark.asyncio
@pytest.mark.parametrize("opened", ["public", "signature", "link"])
async def test_open_route_needs_no_token(opened: str) -> None:
    async with a_door(open=opened).open() as client:
        answer = await client.get("/v1/plans", headers={"authorization": ""})

    assert answer.status_code == 200


@pytest.mark.asyncio
async def test_headers_of_our_own_and_the_callers_address_stay_outside() -> None:
    forged = {
        "X-Lanhmanh-Principal": "ministry",
        "x-lanhmanh-anything-else": "1",
        "X-Forwarded-For": "203.0.113.7",
        "Forwarded": "for=203.0.113.7",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "idempotency-key": "harbour-7",
    }
    async with a_door().open() as client:
        seen = (await client.get("/v1/plans", headers=forged)).json()

    assert not [name for name in seen["headers"] if name.startswith("x-lanhmanh-")]
    assert "203.0.113.7" not in json.dumps(seen)
    assert seen["client"] is None
    assert seen["headers"]["traceparent"] == forged["traceparent"]
    assert seen["headers"]["idempotency-key"] == "harbour-7"


@pytest.mark.asyncio
@pytest.mark.parametrize("given", [b"", b"has blank", b'quote"', b"x" * 65, "dòng".encode()])
async def test_request_id_is_made_where_none_or_a_strange_one_is_given(given: bytes) -> None:
    async with a_door().open() as client:
        answer = await client.get("/v1/plans", headers={b"x-request-id": given})

    made = answer.headers["x-request-id"]
    assert len(made) == 32
    assert answer.json()["headers"]["x-request-id"] == made


@pytest.mark.asyncio
async def test_request_id_of_the_caller_is_passed_on_and_comes_back_once() -> None:
    service = echo_service("plans")

    @service.middleware("http")
    async def name_the_request(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["x-request-id"] = "another"
        return response

    async with Door({"plans": service}, {"plans": a_document("GET /v1/plans")}).open() as client:
        answer = await client.get("/v1/plans", headers={"x-request-id": "harbour-7.1"})
        problem = await client.get("/v1/none", headers={"x-request-id": "harbour-7.2"})

    assert answer.json()["headers"]["x-request-id"] == "harbour-7.1"
    assert answer.headers.get_list("x-request-id") == ["harbour-7.1"]
    assert problem.json()["instance"] == "urn:lanhmanh:request:harbour-7.2"


@pytest.mark.asyncio
async def test_client_that_asks_too_often_waits_while_others_and_other_routes_do_not() -> None:
    door = Door(
        {"plans": echo_service("plans")},
        {"plans": a_document("GET /v1/plans", "GET /v1/units")},
        a_settings(rate="3/minute"),
    )
    async with door.open() as client:
        first = [(await client.get("/v1/plans")).status_code for _ in range(3)]
        door.verification.pass_time(seconds=20)
        refused = await client.get("/v1/plans", headers={"accept-language": "en"})
        other_route = await client.get("/v1/units")
        other_client = await client.get("/v1/plans", headers=bearer(client_id="harbour-office-8"))
        door.verification.pass_time(seconds=40)
        again = await client.get("/v1/plans")

    assert first == [200, 200, 200]
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_exceeded")
    assert refused.headers["retry-after"] == "40"
    assert (other_route.status_code, other_client.status_code) == (200, 200)
    assert again.status_code == 200


@pytest.mark.asyncio
async def test_callers_without_token_are_limited_by_address() -> None:
    door = Door(
        {"tips": echo_service("tips")},
        {"tips": a_document("POST /v1/tips", open="public")},
        a_settings(anonymous_rate="2/minute"),
    )
    async with door.open():
        near = httpx.AsyncClient(transport=httpx.ASGITransport(door.app, client=("192.0.2.1", 1)), base_url="http://d")
        far = httpx.AsyncClient(transport=httpx.ASGITransport(door.app, client=("192.0.2.2", 1)), base_url="http://d")
        async with near, far:
            statuses = [(await near.post("/v1/tips")).status_code for _ in range(3)]
            other = (await far.post("/v1/tips")).status_code

    assert statuses == [200, 200, 429]
    assert other == 200


@pytest.mark.asyncio
async def test_guessing_tokens_is_limited_as_well() -> None:
    door = Door(
        {"plans": silent_service}, {"plans": a_document("GET /v1/plans")}, a_settings(anonymous_rate="2/minute")
    )
    async with door.open() as client:
        statuses = [
            (await client.get("/v1/plans", headers={"authorization": f"Bearer guess-{n}"})).status_code
            for n in range(3)
        ]

    assert statuses == [401, 401, 429]
