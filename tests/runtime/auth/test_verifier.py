from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from runtime.auth import verifier as verifier_module
from runtime.auth.principal import Principal
from runtime.auth.refusals import ScopeMissing, ScopesConflict, TokenExpired, TokenInvalid, TokenMissing
from tests.runtime.auth.forge import NOON, Key, Verification, claims, edwards_key, elliptic_key, rsa_key, sign


@pytest.mark.asyncio
async def test_good_token_says_who_calls_for_which_unit() -> None:
    principal = await Verification().verifier.authenticate(f"Bearer {sign(claims())}")

    assert principal == Principal(
        client_id="harbour-office-7",
        scopes=frozenset({"reports:submit", "plans:read"}),
        unit="15187",
        token_id="token-1",
        expires_at=NOON.replace(hour=6),
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("key", "alg"), [(elliptic_key(), "ES256"), (edwards_key(), "Ed25519")], ids=["ES256", "Ed25519"]
)
async def test_elliptic_signatures_are_accepted(key: Key, alg: str) -> None:
    principal = await Verification(rsa_key(), key).verifier.verify(sign(claims(), key, alg))

    assert principal.unit == "15187"


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_edwards_signature_under_its_old_name_is_accepted() -> None:
    token = sign(claims(), edwards_key(), "EdDSA")

    principal = await Verification(edwards_key()).verifier.verify(token)

    assert principal.client_id == "harbour-office-7"


@pytest.mark.asyncio
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic aGFyYm91cjo3"])
async def test_request_without_bearer_token_is_refused(header: str | None) -> None:
    with pytest.raises(TokenMissing):
        await Verification().verifier.authenticate(header)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"iss": "https://id.elsewhere.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another-product"}, "aud"),
        ({"aud": ["another-product", "third"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"nbf": int(NOON.timestamp()) + 31}, "nbf"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": 10**30}, "exp"),
        ({"unit": None}, "unit"),
        ({"unit": 15187}, "unit"),
        ({"client_id": None, "sub": None}, "client_id"),
        ({"scope": {"reports": "submit"}}, "scope"),
    ],
)
async def test_token_with_a_wrong_claim_is_refused_and_the_claim_is_named(changed: dict[str, Any], part: str) -> None:
    with pytest.raises(TokenInvalid) as refused:
        await Verification().verifier.verify(sign(claims(**changed)))

    assert refused.value.facts["part"] == part


@pytest.mark.asyncio
async def test_audience_may_be_one_of_several() -> None:
    principal = await Verification().verifier.verify(sign(claims(aud=["another-product", "lanhmanh"])))

    assert principal.client_id == "harbour-office-7"


@pytest.mark.asyncio
async def test_scopes_may_come_as_a_list() -> None:
    principal = await Verification().verifier.verify(sign(claims(scope=None, scp=["plans:read"])))

    assert principal.scopes == {"plans:read"}


@pytest.mark.asyncio
async def test_token_expires_after_the_leeway_also_when_it_was_verified_before() -> None:
    verification = Verification()
    token = sign(claims())
    await verification.verifier.verify(token)

    verification.pass_time(seconds=3629, milliseconds=999)
    await verification.verifier.verify(token)
    verification.pass_time(milliseconds=1)

    for _ in range(2):
        with pytest.raises(TokenExpired) as refused:
            await verification.verifier.verify(token)
        assert refused.value.facts["expired_at"] == "2025-06-14T06:00:00+00:00"


@pytest.mark.asyncio
async def test_tampered_payload_is_refused() -> None:
    header, _, signature = sign(claims()).split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(unit="68")).encode()).rstrip(b"=").decode()

    with pytest.raises(TokenInvalid) as refused:
        await Verification().verifier.verify(f"{header}.{forged}.{signature}")

    assert refused.value.facts["part"] == "signature"


@pytest.mark.asyncio
async def test_token_without_signature_is_refused() -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "first"}).encode()).rstrip(b"=").decode()
    _, payload, _ = sign(claims()).split(".")

    with pytest.raises(TokenInvalid) as refused:
        await Verification().verifier.verify(f"{header}.{payload}.")

    assert refused.value.facts["part"] == "alg"


@pytest.mark.asyncio
async def test_public_key_does_not_serve_as_a_shared_secret() -> None:
    public = rsa_key().as_pem(private=False)
    secret = OctKey.import_key(base64.b64encode(public))
    token = jwt.encode({"alg": "HS256", "kid": "first"}, claims(), secret, algorithms=["HS256"])

    with pytest.raises(TokenInvalid) as refused:
        await Verification().verifier.verify(token)

    assert refused.value.facts["part"] == "alg"


@pytest.mark.asyncio
async def test_foreign_key_under_a_known_id_is_refused() -> None:
    token = sign(claims(), rsa_key("foreign"), kid="first")

    with pytest.raises(TokenInvalid) as refused:
        await Verification().verifier.verify(token)

    assert refused.value.facts["part"] == "signature"


@pytest.mark.asyncio
async def test_tips_and_referrals_never_meet_in_one_token() -> None:
    token = sign(claims(scope="tips:intake reports:submit referrals:case"))

    for _ in range(2):
        with pytest.raises(ScopesConflict):
            await Verification().verifier.verify(token)


@pytest.mark.asyncio
async def test_missing_scope_is_named() -> None:
    principal = await Verification().verifier.verify(sign(claims()))
    principal.require("reports:submit")

    with pytest.raises(ScopeMissing) as refused:
        principal.require("reports:accept")

    assert refused.value.facts["scope"] == "reports:accept"


@pytest.mark.asyncio
async def test_known_token_is_not_verified_anew_until_keys_were_fetched_again() -> None:
    verification = Verification()
    token = sign(claims())
    first = await verification.verifier.verify(token)

    assert await verification.verifier.verify(token) is first

    verification.published.keys = [rsa_key("second")]
    verification.pass_time(minutes=10)
    with pytest.raises(TokenInvalid) as refused:
        await verification.verifier.verify(token)
    assert refused.value.facts["part"] == "kid"


@pytest.mark.asyncio
async def test_known_token_that_has_not_begun_by_a_clock_that_stepped_back_is_refused() -> None:
    verification = Verification()
    await verification.verifier.verify(sign(claims()))
    verification.pass_time(seconds=60)
    token = sign(claims(iat=None, nbf=int(NOON.timestamp()) + 60))
    await verification.verifier.verify(token)

    # Not so far that the keys are fetched again.
    verification.pass_time(seconds=-31)

    with pytest.raises(TokenInvalid) as refused:
        await verification.verifier.verify(token)
    assert refused.value.facts["part"] == "nbf"


@pytest.mark.asyncio
async def test_a_known_token_helps_no_forged_one_with_its_header_or_its_signature() -> None:
    verification = Verification()
    token = sign(claims())
    header, payload, signature = token.split(".")
    await verification.verifier.verify(token)
    other = sign(claims(unit="68"), rsa_key("foreign"), kid="first").split(".")

    for forged in (f"{header}.{other[1]}.{other[2]}", f"{header}.{other[1]}.{signature}", f"{header}.{payload}."):
        for _ in range(2):
            with pytest.raises(TokenInvalid) as refused:
                await verification.verifier.verify(forged)
            assert refused.value.facts["part"] == "signature"


@pytest.mark.asyncio
async def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier_module, "REMEMBERED_TOKENS", 2)
    verifier = Verification().verifier
    oldest, second, newest = (sign(claims(jti=f"token-{number}")) for number in range(3))
    first = [await verifier.verify(token) for token in (oldest, second, newest)]

    again = [await verifier.verify(token) for token in (second, newest, oldest)]

    assert [again[0] is first[1], again[1] is first[2], again[2] is first[0]] == [True, True, False]
    assert again[2] == first[0]


@pytest.mark.asyncio
async def test_new_key_is_found_by_its_unknown_id() -> None:
    verification = Verification()
    await verification.verifier.verify(sign(claims()))
    verification.published.keys.append(rsa_key("second"))
    verification.pass_time(seconds=10)

    principal = await verification.verifier.verify(sign(claims(), rsa_key("second")))

    assert principal.client_id == "harbour-office-7"


@given(
    text=st.text(max_size=60)
    | st.lists(st.binary(max_size=30).map(lambda part: base64.urlsafe_b64encode(part).decode()), max_size=4).map(
        ".".join
    )
    | st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit"]), st.none() | st.text(max_size=6)).map(
        lambda header: base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode() + ".e30.AA"
    )
)
@pytest.mark.asyncio
async def test_no_text_whatever_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(TokenInvalid):
        await Verification().verifier.verify(text)
