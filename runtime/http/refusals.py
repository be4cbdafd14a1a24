"""What the conventions themselves refuse, and the one fault that stands for all that nobody foresaw."""

from __future__ import annotations

from kernel.problems import Fault, Refusal, Words


class InputInvalid(Refusal):
    """The request does not have the shape that the route describes. `spots` name each place."""

    code = "input_invalid"
    status = 422
    vi = Words("Dữ liệu không hợp lệ", "{count} chỗ chưa đúng.", "Sửa các chỗ nêu ở `errors` rồi gửi lại.")
    en = Words("Invalid input", "{count} place(s) are wrong.", "Mend the places named in `errors` and send again.")


class RouteUnknown(Refusal):
    """No route has this path."""

    code = "route_unknown"
    status = 404
    vi = Words("Không có đường dẫn này", "{method} {path} không tồn tại.", "Xem danh sách tại /openapi.json.")
    en = Words("No such route", "{method} {path} does not exist.", "See the routes in /openapi.json.")


class MethodUnknown(Refusal):
    """The path is there, but not with this method. `allow` names the methods that are."""

    code = "method_unknown"
    status = 405
    vi = Words("Sai phương thức", "{path} không nhận {method}.", "Đường dẫn này chỉ nhận: {allow}.")
    en = Words("Wrong method", "{path} does not take {method}.", "It takes {allow}.")


class KeyMissing(Refusal):
    """A request that creates came without an idempotency key."""

    code = "idempotency_key_missing"
    vi = Words(
        "Thiếu Idempotency-Key", "Yêu cầu tạo mới phải có khóa.", "Gửi tiêu đề `Idempotency-Key` do bên gọi tự chọn."
    )
    en = Words(
        "Idempotency-Key missing",
        "A request that creates needs a key.",
        "Send a header `Idempotency-Key` of your own choice, and the same one when you try again.",
    )


class KeyInvalid(Refusal):
    """An idempotency key is too long, or not printable ASCII."""

    code = "idempotency_key_invalid"
    vi = Words("Idempotency-Key không hợp lệ", "Khóa phải có 1–200 ký tự ASCII in được.", "Dùng một UUID ngẫu nhiên.")
    en = Words("Idempotency-Key invalid", "A key has 1 to 200 printable ASCII characters.", "Use a random UUID.")


class KeyNotRandom(Refusal):
    """The idempotency key of somebody without a token could be hit upon by somebody else."""

    code = "idempotency_key_not_random"
    vi = Words("Idempotency-Key phải ngẫu nhiên", "Khóa không phải UUID phiên bản 4.", "Tạo một UUID ngẫu nhiên.")
    en = Words("Idempotency-Key must be random", "The key is no UUID of version 4.", "Make a random UUID.")


class KeyReused(Refusal):
    """The same key came with another body or on another route."""

    code = "idempotency_key_reused"
    status = 422
    vi = Words(
        "Khóa đã dùng cho nội dung khác",
        "Khóa này đã được dùng cho một yêu cầu có nội dung khác.",
        "Dùng khóa mới cho yêu cầu mới; gửi lại nguyên văn khi thử lại.",
    )
    en = Words(
        "Key used for other content",
        "This key was used for a request with other content.",
        "Use a new key for a new request; send the very same bytes when you try again.",
    )


class MatchMissing(Refusal):
    """An edit came without If-Match."""

    code = "if_match_missing"
    status = 428
    vi = Words("Thiếu If-Match", "Yêu cầu sửa phải nêu phiên bản đã đọc.", "Đọc lại và gửi ETag đó trong `If-Match`.")
    en = Words("If-Match missing", "An edit names the version it was made from.", "Send its ETag in `If-Match`.")


class MatchFailed(Refusal):
    """Somebody changed the resource since the caller read it."""

    code = "version_outdated"
    status = 412
    vi = Words("Đã có thay đổi", "Bản hiện tại là {current}, không phải {sent}.", "Đọc lại, xem thay đổi rồi sửa tiếp.")
    en = Words("Changed meanwhile", "The current version is {current}, not {sent}.", "Read again, then edit again.")


class CursorInvalid(Refusal):
    """A page cursor was not made by this route."""

    code = "cursor_invalid"
    vi = Words(
        "Con trỏ trang không hợp lệ", "Không đọc được `cursor`.", "Dùng nguyên văn `next_cursor` của trang trước."
    )
    en = Words("Invalid cursor", "`cursor` cannot be read.", "Use `next_cursor` of the page before, unchanged.")


class ChangesFiltered(Refusal):
    """Changes are followed whole: under a filter, what leaves it would go unseen."""

    code = "changes_filtered"
    vi = Words(
        "Không lọc khi theo dõi thay đổi",
        "`after` không dùng cùng {filters}.",
        "Bỏ bộ lọc, hoặc bỏ `after` để xem danh sách.",
    )
    en = Words(
        "Changes cannot be filtered",
        "`after` does not go together with {filters}.",
        "Leave the filters out, or `after` to see the list.",
    )


class EpochChanged(Refusal):
    """Numbers that the caller follows are of another history: the database was restored."""

    code = "epoch_changed"
    status = 409
    vi = Words(
        "Lịch sử đã đổi", "Cơ sở dữ liệu đã được khôi phục; epoch hiện tại là {epoch}.", "Đọc lại từ đầu: after=0."
    )
    en = Words("History changed", "The database was restored; the epoch is now {epoch}.", "Start over with after=0.")


class BulkTooLong(Refusal):
    """A bulk load has more lines than one transaction should hold."""

    code = "bulk_too_long"
    status = 413
    vi = Words("Quá nhiều dòng", "Tối đa {limit} dòng một lần.", "Chia thành nhiều lần gửi, mỗi lần một khóa.")
    en = Words("Too many lines", "At most {limit} lines at once.", "Send several loads, each with its own key.")


class RateExceeded(Refusal):
    """The caller sends more than its share."""

    code = "rate_exceeded"
    status = 429
    vi = Words("Quá nhiều yêu cầu", "Đã vượt giới hạn {limit}.", "Chờ theo tiêu đề `Retry-After` rồi gửi lại.")
    en = Words("Too many requests", "The limit of {limit} is passed.", "Wait as `Retry-After` says, then send again.")


class Unforeseen(Fault):
    """A defect of ours. Its text stays with us: it may hold content."""

    code = "unforeseen"
    vi = Words(
        "Lỗi hệ thống", "Yêu cầu {request_id} gặp lỗi của chúng tôi.", "Gửi lại cùng khóa; vẫn lỗi thì báo mã này."
    )
    en = Words("Our fault", "Request {request_id} met a defect of ours.", "Send again with the same key.")


class StoreUnavailable(Fault):
    """The database is away, full or busy. `retry_after` is in whole seconds."""

    code = "store_unavailable"
    status = 503
    vi = Words(
        "Kho dữ liệu tạm ngừng",
        "Dịch vụ hiện không đọc hoặc ghi được dữ liệu của mình (yêu cầu {request_id}).",
        "Gửi lại cùng khóa sau {retry_after} giây.",
    )
    en = Words(
        "Store unavailable",
        "The service cannot read or write its data now (request {request_id}).",
        "Send again with the same key in {retry_after} seconds.",
    )


class NotReady(Fault):
    """A part that the service needs is not there."""

    code = "not_ready"
    status = 503
    vi = Words("Chưa sẵn sàng", "Thiếu: {missing}.", "Thử lại sau.")
    en = Words("Not ready", "Missing: {missing}.", "Try again later.")
