from __future__ import annotations

import pytest

from kernel.problems import Problem
from runtime.auth.refusals import (
    KeysUnavailable,
    ScopeMissing,
    ScopesConflict,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    UnitOutside,
    challenge,
)

ALL = [
    (TokenMissing(), 401, 'Bearer realm="lanhmanh"'),
    (TokenInvalid(part="aud"), 401, 'Bearer realm="lanhmanh", error="invalid_token"'),
    (TokenExpired(expired_at="…"), 401, 'Bearer realm="lanhmanh", error="invalid_token"'),
    (ScopeMissing(scope="a:b"), 403, 'Bearer realm="lanhmanh", error="insufficient_scope", scope="a:b"'),
    (ScopesConflict(), 403, None),
    (UnitOutside(unit="68", own="15187", on="2025-06-14"), 403, None),
    (KeysUnavailable(retry_after=10), 503, None),
]


@pytest.mark.parametrize(("problem", "status", "header"), ALL, ids=lambda value: getattr(value, "code", ""))
def test_refusal_speaks_both_languages_and_challenges_as_oauth_says(
    problem: Problem, status: int, header: str | None
) -> None:
    assert problem.status == status
    assert challenge(problem) == header
    assert problem.say("vi") != problem.say("en")
