"""What is refused to those who subscribe."""

from __future__ import annotations

from kernel.problems import Refusal, Words


class SubscriptionUnknown(Refusal):
    """No subscription has this id."""

    code = "subscription_unknown"
    status = 404
    vi = Words("Không có đăng ký này", "Không có đăng ký nhận sự kiện {subscription}.")
    en = Words("No such subscription", "There is no subscription {subscription}.")


class DeliveryUnknown(Refusal):
    """A subscription has no delivery of this event."""

    code = "delivery_unknown"
    status = 404
    vi = Words("Không có lượt gửi này", "Đăng ký này không có lượt gửi sự kiện {event}.", "Xem danh sách lượt gửi.")
    en = Words("No such delivery", "The subscription has no delivery of event {event}.", "List its deliveries.")


class UnitUnknown(Refusal):
    """No unit has this code on the day of the request."""

    code = "unit_unknown"
    status = 422
    vi = Words("Không có đơn vị này", "Không có đơn vị mã {unit} vào ngày {day}.", "Kiểm tra mã tại /v1/units.")
    en = Words("No such unit", "No unit has the code {unit} on {day}.", "Check the code at /v1/units.")


class EventTypeUnknown(Refusal):
    """The service has no such events for subscribers."""

    code = "event_type_unknown"
    status = 422
    vi = Words("Không có loại sự kiện này", "Có loại không đăng ký nhận được.", "Chọn trong: {known}.")
    en = Words("No such event type", "Some type is not one that can be subscribed to.", "Choose among: {known}.")


class SubscriptionsTooMany(Refusal):
    """A client has as many subscriptions as it may have."""

    code = "subscriptions_too_many"
    status = 409
    vi = Words("Quá nhiều đăng ký", "Mỗi hệ thống có nhiều nhất {most} đăng ký.", "Sửa một đăng ký đã có.")
    en = Words("Too many subscriptions", "A client has at most {most}.", "Change one that is there.")


class TargetInvalid(Refusal):
    """A URL is none to which webhooks are sent."""

    code = "target_invalid"
    status = 422
    vi = Words(
        "Địa chỉ nhận không hợp lệ",
        "Cần một URL đầy đủ ({schemes}), không có tên đăng nhập, mật khẩu hay phần sau dấu #.",
        "Sửa `url` rồi gửi lại.",
    )
    en = Words(
        "Target invalid",
        "It must be a whole URL ({schemes}) without user, password and fragment.",
        "Mend `url` and send again.",
    )


class TargetForbidden(Refusal):
    """A URL leads to an address that is not on the public internet."""

    code = "target_forbidden"
    status = 422
    vi = Words("Không gửi tới địa chỉ nội bộ", "`url` không thuộc mạng công cộng.", "Dùng một địa chỉ công cộng.")
    en = Words("Target forbidden", "It is not on the public internet.", "Use a public address.")


class TargetUnresolved(Refusal):
    """The host of a URL has no address."""

    code = "target_unresolved"
    status = 422
    vi = Words("Không tìm thấy máy nhận", "Tên máy trong `url` không có địa chỉ.", "Kiểm tra tên máy rồi gửi lại.")
    en = Words("Target not found", "The host in `url` has no address.", "Check its name and send again.")
