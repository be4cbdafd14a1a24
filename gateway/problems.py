"""Name what can go wrong between the door and a service."""

from __future__ import annotations

from kernel.problems import Fault, Refusal, Words


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
