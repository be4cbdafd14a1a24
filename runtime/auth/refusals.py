"""Name why a caller is turned away before the request itself is looked at."""

from __future__ import annotations

from typing import ClassVar

from kernel.problems import Fault, Problem, Refusal, Words

REALM = "lanhmanh"


class Unauthenticated(Refusal):
    """The caller is not known. Answered with a challenge (RFC 9110, 11.6.1)."""

    status = 401
    error: ClassVar[str | None] = None
    """The error of RFC 6750, 3.1, in the challenge. None where no token was sent at all."""


class TokenMissing(Unauthenticated):
    """No bearer token came with the request."""

    code = "token_missing"
    vi = Words(
        "Chưa xác thực",
        "Yêu cầu không kèm mã truy cập.",
        "Gửi mã truy cập trong header `Authorization: Bearer <mã>`.",
    )
    en = Words(
        "Not authenticated",
        "The request carries no access token.",
        "Send one in the header `Authorization: Bearer <token>`.",
    )


class TokenInvalid(Unauthenticated):
    """`part` names what is wrong: `format`, `signature`, or a header or claim (`alg`, `kid`, `iss`, `aud` …)."""

    code = "token_invalid"
    error = "invalid_token"
    vi = Words(
        "Mã truy cập không hợp lệ",
        "Mã truy cập bị từ chối, sai ở phần `{part}`.",
        "Xin mã mới từ hệ thống cấp mã mà cổng này tin cậy.",
    )
    en = Words(
        "Invalid access token",
        "The access token is refused: its `{part}` is wrong.",
        "Get a new token from the issuer that this system trusts.",
    )


class TokenExpired(Unauthenticated):
    """The token was good until `expired_at`."""

    code = "token_expired"
    error = "invalid_token"
    vi = Words("Mã truy cập hết hạn", "Mã truy cập đã hết hạn lúc {expired_at}.", "Xin mã truy cập mới.")
    en = Words("Access token expired", "The access token expired at {expired_at}.", "Get a new token.")


class ScopeMissing(Refusal):
    """`scope` names the scope that the route asks for."""

    code = "scope_missing"
    status = 403
    vi = Words(
        "Không đủ quyền",
        "Mã truy cập không có quyền `{scope}`.",
        "Xin mã truy cập có quyền `{scope}`.",
    )
    en = Words("Scope missing", "The access token lacks the scope `{scope}`.", "Get a token with the scope `{scope}`.")


class ScopesConflict(Refusal):
    """Tips and support to persons never meet in one pair of hands (design promise: the referrals firewall)."""

    code = "scopes_conflict"
    status = 403
    vi = Words(
        "Quyền xung đột",
        "Một mã truy cập không được có cả quyền `tips:*` và quyền `referrals:*`.",
        "Dùng hai mã truy cập riêng, cấp cho hai người khác nhau.",
    )
    en = Words(
        "Conflicting scopes",
        "One access token may not carry both `tips:*` and `referrals:*` scopes.",
        "Use two tokens, issued to different persons.",
    )


class UnitOutside(Refusal):
    """`unit` is the code the request names, `own` the code of the caller's unit, `on` the day that was asked about."""

    code = "unit_outside"
    status = 403
    vi = Words(
        "Ngoài phạm vi đơn vị",
        "Vào ngày {on}, đơn vị {unit} không thuộc đơn vị {own} của mã truy cập.",
        "Chỉ gửi yêu cầu cho đơn vị của mình và các đơn vị trực thuộc.",
    )
    en = Words(
        "Unit outside the caller's subtree",
        "On {on} the unit {unit} was not within {own}, the unit of the access token.",
        "Act for your own unit and the units below it only.",
    )


class KeysUnavailable(Fault):
    """`retry_after` is in whole seconds."""

    code = "keys_unavailable"
    status = 503
    vi = Words(
        "Chưa kiểm tra được mã truy cập",
        "Hiện chưa lấy được khóa của hệ thống cấp mã.",
        "Gửi lại yêu cầu sau {retry_after} giây.",
    )
    en = Words(
        "Tokens cannot be checked now",
        "The issuer's keys cannot be had at the moment.",
        "Send the request again in {retry_after} seconds.",
    )


def challenge(problem: Problem) -> str | None:
    """Return the WWW-Authenticate header that belongs to a problem (RFC 6750, 3), or None.

    >>> challenge(TokenInvalid(part="aud"))
    'Bearer realm="lanhmanh", error="invalid_token"'
    >>> challenge(ScopeMissing(scope="reports:submit"))
    'Bearer realm="lanhmanh", error="insufficient_scope", scope="reports:submit"'
    """
    match problem:
        case Unauthenticated(error=None):
            return f'Bearer realm="{REALM}"'
        case Unauthenticated():
            return f'Bearer realm="{REALM}", error="{problem.error}"'
        case ScopeMissing():
            return f'Bearer realm="{REALM}", error="insufficient_scope", scope="{problem.facts["scope"]}"'
    return None
