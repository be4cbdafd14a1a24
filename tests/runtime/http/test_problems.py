"""Every refused request is a problem document that says what, where and how to mend, in the caller's language."""

from __future__ import annotations

import httpx
import pytest

from tests.rig import Tokens
from tests.runtime.http.conftest import a_lamp, on_sqlite_only

pytestmark = [pytest.mark.asyncio, on_sqlite_only]

Caller = dict[str, str]
SECRET = "hunter2-của-người-gác-đèn"


async def test_a_problem_says_what_where_and_how_to_mend(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    headers = {**kim_tan, "Idempotency-Key": "key-1", "Accept-Language": "en", "X-Request-ID": "harbour-office-7"}

    answer = await client.post("/v1/lamps", json=a_lamp(brightness=-1), headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json() == {
        "type": "urn:lanhmanh:problem:input_invalid",
        "title": "Invalid input",
        "status": 422,
        "detail": "1 place(s) are wrong.",
        "code": "input_invalid",
        "mend": "Mend the places named in `errors` and send again.",
        "errors": [{"pointer": "/brightness", "code": "greater_than_equal", "detail": "must be at least 0"}],
        "instance": "urn:lanhmanh:request:harbour-office-7",
    }


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "vi"),
        ("en", "en"),
        ("en-GB, vi;q=0.9", "en"),
        ("vi, en", "vi"),
        ("fr", "vi"),
        ("en;q=0.2, vi-VN;q=0.8", "vi"),
        ("en;q=nonsense", "vi"),
    ],
)
async def test_a_problem_speaks_the_language_that_is_preferred(
    client: httpx.AsyncClient, accepted: str | None, language: str
) -> None:
    answer = await client.get("/v1/lamps", headers={"Accept-Language": accepted} if accepted else {})

    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == {"vi": "Chưa xác thực", "en": "Not authenticated"}[language]


@pytest.mark.parametrize(
    ("body", "pointer", "vi"),
    [
        ({"unit": "15187", "brightness": 7}, "/place", "thiếu giá trị này"),
        (a_lamp() | {"lens": SECRET}, "/lens", "không có trường này"),
        (a_lamp() | {"brightness": SECRET}, "/brightness", "phải là số nguyên"),
        (a_lamp() | {"brightness": 1001}, "/brightness", "nhiều nhất là 1000"),
        (a_lamp() | {"place": ""}, "/place", "ít nhất 1 ký tự"),
        (a_lamp() | {"place": SECRET * 9}, "/place", "nhiều nhất 40 ký tự"),
        ([], "/", "phải là đối tượng JSON"),
    ],
)
async def test_each_wrong_place_is_named_in_vietnamese_and_nothing_is_repeated(
    client: httpx.AsyncClient, kim_tan: Caller, body: object, pointer: str, vi: str
) -> None:
    answer = await client.post("/v1/lamps", json=body, headers={**kim_tan, "Idempotency-Key": "key-1"})

    (error,) = answer.json()["errors"]
    assert (error["pointer"].rstrip("/") or "/", error["detail"]) == (pointer, vi)
    assert SECRET not in answer.text


async def test_a_body_that_is_not_json_is_named_whole(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    headers = {**kim_tan, "Idempotency-Key": "key-1", "Content-Type": "application/json", "Accept-Language": "en"}

    answer = await client.post("/v1/lamps", content=f'{{"place": {SECRET}'.encode(), headers=headers)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "", "code": "json_invalid", "detail": "is not readable JSON"}]
    assert SECRET not in answer.text


async def test_a_text_with_a_nul_is_refused_wherever_it_stands(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    creating = {**kim_tan, "Idempotency-Key": "key-1"}
    answers = [
        await client.post("/v1/lamps", json=a_lamp("Kê\0Gà"), headers=creating),
        await client.get("/v1/lamps?cursor=%00", headers=kim_tan),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    spots = [answer.json()["errors"][0] for answer in answers]
    assert [(spot["pointer"], spot["code"]) for spot in spots] == [
        ("", "nul_character"),
        ("query/cursor", "nul_character"),
    ]


async def test_a_text_about_a_nul_is_taken(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    answer = await client.post("/v1/lamps", json=a_lamp("Kê \\u0000"), headers={**kim_tan, "Idempotency-Key": "key-1"})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "query/limit"),
        ("limit=many", "query/limit"),
        ("after=-1", "query/after"),
        (f"after={10**30}", "query/after"),
    ],
)
async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient, kim_tan: Caller, query: str, pointer: str) -> None:
    answer = await client.get(f"/v1/lamps?{query}", headers=kim_tan)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_unknown_path_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/foghorns")

    assert (answer.status_code, answer.json()["code"]) == (404, "route_unknown")


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/tide")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_unknown")
    assert answer.headers["Allow"] == "GET"


async def test_a_caller_without_a_token_is_challenged(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/lamps")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lanhmanh"'


async def test_a_caller_without_the_scope_is_told_which_one(client: httpx.AsyncClient, tokens: Tokens) -> None:
    answer = await client.get("/v1/lamps", headers=tokens.bearer("lighthouse:light", unit="15187"))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert 'scope="lighthouse:read"' in answer.headers["WWW-Authenticate"]


async def test_a_caller_is_turned_away_before_its_body_is_judged(client: httpx.AsyncClient, tokens: Tokens) -> None:
    headers = {**tokens.bearer("lighthouse:read", unit="15187"), "Idempotency-Key": "key-1"}

    answer = await client.post("/v1/lamps", json={"nonsense": 1}, headers=headers)

    assert answer.json()["code"] == "scope_missing"


async def test_the_openapi_document_says_what_a_problem_looks_like(client: httpx.AsyncClient, kim_tan: Caller) -> None:
    document = (await client.get("/openapi.json")).json()
    refused = (
        await client.post("/v1/lamps", json=a_lamp(brightness=-1), headers={**kim_tan, "Idempotency-Key": "k"})
    ).json()

    shapes = document["components"]["schemas"]
    answers = document["paths"]["/v1/lamps"]["post"]["responses"]
    described = [answers[status]["content"]["application/problem+json"]["schema"]["$ref"] for status in ("4XX", "5XX")]
    assert described == ["#/components/schemas/ProblemDocument"] * 2
    assert refused.keys() == shapes["ProblemDocument"]["properties"].keys()
    assert refused["errors"][0].keys() == shapes["SpotShown"]["properties"].keys()
