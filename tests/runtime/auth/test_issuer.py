from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from kernel.clock import SetClock
from runtime.auth.issuer import (
    DevelopmentIssuer,
    DevelopmentIssuerForbidden,
    forbid_in_production,
    open_issuer,
)
from runtime.auth.issuer_app import create_issuer_app
from runtime.auth.key_folder import KeyFileExposed
from runtime.auth.keys import KeySource
from runtime.auth.refusals import ScopesConflict, TokenExpired
from runtime.auth.verifier import TokenVerifier
from tests.runtime.auth.forge import ISSUER, NOON


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def issuer(tmp_path: Path, clock: SetClock) -> DevelopmentIssuer:
    return open_issuer(tmp_path / "keys", url=ISSUER + "/", env="development", clock=clock)


@pytest.fixture
def verifier(issuer: DevelopmentIssuer, clock: SetClock) -> TokenVerifier:
    return TokenVerifier(ISSUER, "lanhmanh", KeySource(issuer.jwks, clock), clock)


@pytest_asyncio.fixture
async def client(issuer: DevelopmentIssuer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_issuer_app(issuer))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


def a_request(issuer: DevelopmentIssuer, **changed: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": "harbour-office-7",
        "client_secret": issuer.client_secret,
        "scope": "reports:submit plans:read",
        "unit": "15187",
    } | changed


@pytest.mark.asyncio
async def test_minted_token_is_accepted_for_its_lifetime(
    issuer: DevelopmentIssuer, verifier: TokenVerifier, clock: SetClock
) -> None:
    token = issuer.mint("harbour-office-7", scopes=["plans:read"], unit="15187", lifetime=timedelta(minutes=5))

    principal = await verifier.verify(token)

    assert (principal.client_id, principal.unit, set(principal.scopes)) == ("harbour-office-7", "15187", {"plans:read"})
    clock.advance(timedelta(minutes=6))
    with pytest.raises(TokenExpired):
        await verifier.verify(token)


def test_conflicting_scopes_are_not_minted(issuer: DevelopmentIssuer) -> None:
    with pytest.raises(ScopesConflict):
        issuer.mint("harbour-office-7", scopes=["tips:intake", "referrals:case"], unit="15187")


def test_secrets_lie_in_files_of_their_owner_and_stay_the_same(tmp_path: Path, clock: SetClock) -> None:
    first = open_issuer(tmp_path / "keys", url=ISSUER, env="development", clock=clock)
    second = open_issuer(tmp_path / "keys", url=ISSUER, env="development", clock=clock)

    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert (second.key.kid, second.client_secret) == (first.key.kid, first.client_secret)


def test_key_file_that_others_can_read_is_not_used(tmp_path: Path, clock: SetClock) -> None:
    open_issuer(tmp_path, url=ISSUER, env="development", clock=clock)
    next(tmp_path.glob("*.json")).chmod(0o640)

    with pytest.raises(KeyFileExposed) as exposed:
        open_issuer(tmp_path, url=ISSUER, env="development", clock=clock)

    assert exposed.value.facts["mode"] == "0640"


@pytest.mark.parametrize("env", ["production", " Production "])
def test_production_has_no_development_issuer(tmp_path: Path, clock: SetClock, env: str) -> None:
    with pytest.raises(DevelopmentIssuerForbidden):
        forbid_in_production(env)
    with pytest.raises(DevelopmentIssuerForbidden):
        open_issuer(tmp_path / "keys", url=ISSUER, env=env, clock=clock)

    assert not (tmp_path / "keys").exists()


@pytest.mark.asyncio
async def test_client_credentials_give_a_token(
    client: httpx.AsyncClient, issuer: DevelopmentIssuer, verifier: TokenVerifier
) -> None:
    answer = await client.post("/token", data=a_request(issuer))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    granted = answer.json()
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
    assert (await verifier.verify(granted["access_token"])).scopes == {"reports:submit", "plans:read"}


@pytest.mark.asyncio
async def test_client_may_name_itself_by_basic_authentication(
    client: httpx.AsyncClient, issuer: DevelopmentIssuer
) -> None:
    form = {"grant_type": "client_credentials", "scope": "plans:read", "unit": "15187"}

    answer = await client.post("/token", data=form, auth=("harbour-office-7", issuer.client_secret))

    assert answer.status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_secret": "đoán"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": " "}, 400, "invalid_scope"),
        ({"scope": "tips:intake referrals:case"}, 400, "invalid_scope"),
        ({"unit": ""}, 400, "invalid_request"),
    ],
)
async def test_token_request_is_refused_in_the_words_of_oauth(
    client: httpx.AsyncClient, issuer: DevelopmentIssuer, changed: dict[str, str], status: int, error: str
) -> None:
    answer = await client.post("/token", data=a_request(issuer, **changed))

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) is (status == 401)


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"\xff\xfe", b"scope=a&scope=b", b"&".join(b"x%d=1" % n for n in range(50))])
async def test_unreadable_form_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/token", content=body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.asyncio
async def test_discovery_leads_to_the_token_endpoint_and_to_public_keys_only(client: httpx.AsyncClient) -> None:
    configuration = (await client.get("/.well-known/openid-configuration")).json()
    keys = (await client.get(configuration["jwks_uri"])).json()["keys"]

    assert configuration["issuer"] == ISSUER
    assert configuration["token_endpoint"] == f"{ISSUER}/token"
    assert {"d", "p", "q"}.isdisjoint(keys[0])
    assert (keys[0]["kty"], keys[0]["use"]) == ("RSA", "sig")
