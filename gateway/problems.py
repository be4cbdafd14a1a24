"""Name what can go wrong between the door and a service."""

from __future__ import annotations

from kernel.problems import Fault, Refusal, Words
from runtime.http.refusals import RateExceeded


class MethodNotAllowed(Refusal):
    """`allow` lists the methods that this path has."""

    code = "method_not_allowed"
    status = 405
    vi = Words("Phương thức không được phép", "Đường dẫn này chỉ nhận: {allow}.")
    en = Words("Method not allowed", "This path takes: {allow}.")


class BodyTooLarge(Refusal):
    """`limit` is what the route takes, in bytes."""

    code = "body_too_large"
    status = 413
    vi = Words(
        "Nội dung quá lớn",
        "Nội dung vượt quá {limit} byte.",
        "Chia thành nhiều yêu cầu, hoặc dùng đường dẫn nạp hàng loạt.",
    )
    en = Words(
        "Body too large",
        "The body exceeds {limit} bytes.",
        "Split it into several requests, or use a bulk route.",
    )


class BodyTooSlow(Refusal):
    """The caller fell silent for `seconds` in the middle of its body."""

    code = "body_too_slow"
    status = 408
    vi = Words("Gửi quá chậm", "Không nhận thêm dữ liệu nào trong {seconds} giây.", "Gửi lại yêu cầu.")
    en = Words("Request timeout", "No data came for {seconds} seconds.", "Send the request again.")


_WORK_VI = (
    "Chờ theo tiêu đề `Retry-After`; hoặc gửi ngay kèm tiêu đề `Work: {minute}:<nonce>` sao cho SHA-256 của "
    "`lanhmanh-work:v1:{minute}:<Idempotency-Key>:<nonce>` bắt đầu bằng ít nhất {work_bits} bit 0. "
    "<nonce> có 1–64 ký tự trong A–Z, a–z, 0–9, `-`, `_`; <Idempotency-Key> đúng như tiêu đề được gửi."
)
_WORK_EN = (
    "Wait as `Retry-After` says; or send at once with the header `Work: {minute}:<nonce>` such that SHA-256 of "
    "`lanhmanh-work:v1:{minute}:<Idempotency-Key>:<nonce>` begins with at least {work_bits} zero bits. "
    "<nonce> has 1 to 64 of the characters A-Z, a-z, 0-9, `-` and `_`; <Idempotency-Key> is that header as it is sent."
)


class WorkAsked(RateExceeded):
    """The limit is passed where work lets in all the same: the same fact as anywhere, with another way to go on.

    `retry_after` is in whole seconds, `work_bits` in zero bits at the beginning of a digest, `minute` the gateway's
    since 1970: as in all refusals of a proof. They stay 429: without one, whoever waits gets in once others ask less.
    """

    vi = Words("Quá nhiều yêu cầu", "Đã vượt giới hạn {limit}.", _WORK_VI)
    en = Words("Too many requests", "The limit of {limit} is passed.", _WORK_EN)


class WorkMalformed(RateExceeded):
    """The header `Work` is not a minute and a nonce."""

    code = "work_malformed"
    vi = Words("Bằng chứng công việc sai dạng", "Tiêu đề `Work` phải có dạng `<phút>:<nonce>`.", _WORK_VI)
    en = Words("Proof of work malformed", "The header `Work` is written as `<minute>:<nonce>`.", _WORK_EN)


class WorkStale(RateExceeded):
    """The proof's minute is before `oldest` or after `newest`."""

    code = "work_stale"
    vi = Words(
        "Bằng chứng công việc không đúng lúc",
        "Phút của bằng chứng phải từ {oldest} đến {newest}, tính từ năm 1970 theo giờ UTC.",
        _WORK_VI,
    )
    en = Words(
        "Proof of work out of time",
        "The minute of a proof is now from {oldest} to {newest}, counted from 1970 in UTC.",
        _WORK_EN,
    )


class WorkTooLittle(RateExceeded):
    """The digest begins with `found` zero bits: nobody worked long enough, or it was for another key or minute."""

    code = "work_too_little"
    vi = Words(
        "Bằng chứng công việc chưa đủ",
        "Với khóa và phút đã gửi, SHA-256 chỉ bắt đầu bằng {found} bit 0, cần {work_bits}.",
        _WORK_VI,
    )
    en = Words(
        "Too little work",
        "With this key and minute, the SHA-256 begins with {found} zero bits, and {work_bits} are asked for.",
        _WORK_EN,
    )


class ServiceUnavailable(Fault):
    """`retry_after` is in whole seconds."""

    code = "service_unavailable"
    status = 503
    vi = Words(
        "Dịch vụ tạm ngừng",
        "Dịch vụ `{service}` hiện không truy cập được. Các dịch vụ khác vẫn hoạt động.",
        "Gửi lại sau {retry_after} giây.",
    )
    en = Words(
        "Service unavailable",
        "The service `{service}` cannot be reached now. The other services keep working.",
        "Send the request again in {retry_after} seconds.",
    )


class ServiceTimeout(Fault):
    """The service may have done the work all the same."""

    code = "service_timeout"
    status = 504
    vi = Words(
        "Dịch vụ trả lời quá chậm",
        "Dịch vụ `{service}` không trả lời trong {seconds} giây.",
        "Gửi lại với cùng Idempotency-Key.",
    )
    en = Words(
        "Service timeout",
        "The service `{service}` did not answer within {seconds} seconds.",
        "Send the request again with the same Idempotency-Key.",
    )


class ServiceNotStarted(Fault):
    """The startup of a service in this process failed."""

    code = "service_not_started"
    vi = Words("Dịch vụ không khởi động được", "Dịch vụ `{service}` không khởi động được.")
    en = Words("Service did not start", "The service `{service}` did not start.")


class ApiDocumentsClash(Fault):
    """Two services claim the same route: no request could tell which is meant."""

    code = "api_documents_clash"
    vi = Words("Trùng đường dẫn", "{method} {path} có ở cả `{first}` và `{second}`.")
    en = Words("Routes clash", "{method} {path} is declared by both `{first}` and `{second}`.")
