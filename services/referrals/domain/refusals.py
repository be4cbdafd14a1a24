"""What referrals refuses, by name. Nothing in these words is about a person: codes, ids, days and states only."""

from __future__ import annotations

from kernel.problems import Refusal, Words


class UnitUnknown(Refusal):
    """No unit has this code on the day that matters."""

    code = "unit_unknown"
    status = 422
    vi = Words("Không có đơn vị này", "Không có đơn vị mã {unit} vào ngày {day}.", "Kiểm tra mã và ngày tại /v1/units.")
    en = Words("No such unit", "No unit has the code {unit} on {day}.", "Check code and day at /v1/units.")


class UnitUnfit(Refusal):
    """A person belongs to an administrative unit, not to a body or a team."""

    code = "unit_unfit"
    status = 422
    vi = Words("Không phải đơn vị hành chính", "{unit} là cơ quan, tổ chức hoặc đội.", "Nêu xã, phường nơi người đó ở.")
    en = Words("No administrative unit", "{unit} is a body or a team.", "Name the commune where the person lives.")


class CaseUnknown(Refusal):
    """No support case has this id."""

    code = "case_unknown"
    status = 404
    vi = Words("Không có hồ sơ này", "Không có hồ sơ hỗ trợ {case}.", "Kiểm tra lại mã định danh.")
    en = Words("No such case", "There is no support case {case}.", "Check the id.")


class NeedUnknown(Refusal):
    """The case has no need with this id."""

    code = "need_unknown"
    status = 404
    vi = Words("Không có nhu cầu này", "Hồ sơ không có nhu cầu {need}.", "Xem /v1/support-cases/{case}.")
    en = Words("No such need", "The case has no need {need}.", "See /v1/support-cases/{case}.")


class ConsentUnknown(Refusal):
    """No consent has this id."""

    code = "consent_unknown"
    status = 404
    vi = Words("Không có sự đồng ý này", "Không có sự đồng ý {consent}.", "Kiểm tra lại mã định danh.")
    en = Words("No such consent", "There is no consent {consent}.", "Check the id.")


class ServiceUnknown(Refusal):
    """No service of the directory has this id."""

    code = "support_service_unknown"
    status = 404
    vi = Words("Không có dịch vụ này", "Không có dịch vụ {service}.", "Xem danh sách tại /v1/support-services.")
    en = Words("No such service", "There is no service {service}.", "See the list at /v1/support-services.")


class ReferralUnknown(Refusal):
    """No referral has this id."""

    code = "referral_unknown"
    status = 404
    vi = Words("Không có lượt chuyển gửi này", "{referral} không tồn tại.", "Xem danh sách tại /v1/referrals.")
    en = Words("No such referral", "{referral} does not exist.", "See the list at /v1/referrals.")


class HolderEnforces(Refusal):
    """A case is to be kept by an enforcement body."""

    code = "holder_enforces"
    status = 422
    vi = Words(
        "Nơi giữ hồ sơ là cơ quan thực thi",
        "{unit} điều tra, kiểm tra hoặc xử lý, hoặc thuộc cơ quan như vậy.",
        "Chọn đơn vị hỗ trợ: y tế, lao động - xã hội, hội, đoàn thể.",
    )
    en = Words(
        "The holder enforces",
        "{unit} detects, inspects, prosecutes or punishes, or is a part of such a body.",
        "Choose a unit that supports.",
    )


class RecipientEnforces(Refusal):
    """A service is not independent of enforcement: nobody is referred to it."""

    code = "recipient_enforces"
    status = 422
    vi = Words(
        "Nơi nhận không độc lập với cơ quan thực thi",
        "{unit} điều tra, kiểm tra hoặc xử lý, hoặc dịch vụ không độc lập với việc đó.",
        "Chọn dịch vụ khác tại /v1/support-services.",
    )
    en = Words(
        "The recipient enforces",
        "{unit} detects, inspects, prosecutes or punishes, or the service is not independent of that.",
        "Choose another service at /v1/support-services.",
    )


class RecipientGone(Refusal):
    """The providing unit was dissolved, and nobody bears its duties."""

    code = "recipient_gone"
    status = 422
    vi = Words(
        "Nơi cung cấp dịch vụ không còn",
        "Vào ngày {day} không có đơn vị nào tiếp nhận nhiệm vụ của {unit}.",
        "Chọn dịch vụ khác tại /v1/support-services.",
    )
    en = Words(
        "The provider is gone",
        "On {day} nobody bears the duties of {unit}.",
        "Choose another service at /v1/support-services.",
    )


class NeedNotServed(Refusal):
    """The service does not serve this kind of need."""

    code = "need_not_served"
    status = 422
    vi = Words(
        "Dịch vụ không đáp ứng nhu cầu này", "Dịch vụ không có `{kind}`.", "Chọn dịch vụ khác tại /v1/support-services."
    )
    en = Words(
        "The service does not serve this need",
        "The service does not offer `{kind}`.",
        "Choose another service at /v1/support-services.",
    )


class NotEligible(Refusal):
    """There is no decision on the need, or the latest one is negative."""

    code = "not_eligible"
    status = 409
    vi = Words(
        "Chưa đủ điều kiện",
        "Nhu cầu {need} chưa có quyết định đủ điều kiện, hoặc quyết định mới nhất là không đủ.",
        "Ghi quyết định tại /v1/support-cases/{case}/needs/{need}/decisions.",
    )
    en = Words(
        "Not eligible",
        "The need {need} has no decision, or its latest one is negative.",
        "Record a decision at /v1/support-cases/{case}/needs/{need}/decisions.",
    )


class ConsentMissing(Refusal):
    """The person has not agreed to be referred to this service, or not any more."""

    code = "consent_missing"
    status = 409
    vi = Words(
        "Chưa có sự đồng ý",
        "Người được hỗ trợ chưa đồng ý, đã rút hoặc đã hết hạn đồng ý cho chuyển gửi tới dịch vụ {service}.",
        "Hỏi người đó; nếu đồng ý, ghi tại /v1/support-cases/{case}/consents. Không đồng ý thì không chuyển gửi.",
    )
    en = Words(
        "Consent missing",
        "The person has not agreed to be referred to the service {service}, has withdrawn it, or it is over.",
        "Ask the person; record a consent at /v1/support-cases/{case}/consents. Without one there is no referral.",
    )


class ConsentTooLong(Refusal):
    """A consent would last too long."""

    code = "consent_too_long"
    status = 422
    vi = Words("Thời hạn đồng ý quá dài", "{day} sau ngày muộn nhất cho phép.", "Chọn ngày không sau {last}.")
    en = Words("Consent too long", "{day} lies too far ahead.", "Choose a day up to {last}.")


class ConsentOver(Refusal):
    """A consent would be over before it is given."""

    code = "consent_over"
    status = 422
    vi = Words("Thời hạn đồng ý đã qua", "Ngày {day} đã qua.", "Chọn hôm nay hoặc một ngày sau.")
    en = Words("Consent over already", "The day {day} has passed.", "Choose today or a later day.")


class ConsentWithdrawn(Refusal):
    """The consent was withdrawn before."""

    code = "consent_withdrawn"
    status = 409
    vi = Words("Sự đồng ý đã được rút", "Đã rút lúc {at}.", "Không cần làm gì thêm.")
    en = Words("Consent withdrawn already", "It was withdrawn at {at}.", "Nothing is left to do.")


class TransitionIllegal(Refusal):
    """What the caller wants cannot be done in the referral's state."""

    code = "transition_illegal"
    status = 409
    vi = Words("Không thực hiện được", "Lượt chuyển gửi đang ở trạng thái {state}.", "Có thể: {legal}.")
    en = Words("Not possible now", "The referral is {state}.", "Possible: {legal}.")


class DeliveryUnfit(Refusal):
    """A service cannot have been delivered on this day."""

    code = "delivery_unfit"
    status = 422
    vi = Words(
        "Ngày cung cấp dịch vụ không hợp lệ", "{day} trước ngày yêu cầu hoặc ở tương lai.", "Từ {first} đến {last}."
    )
    en = Words("Day of delivery unfit", "{day} lies before the request or in the future.", "From {first} up to {last}.")


class PeriodUnfit(Refusal):
    """The period has no days of its own over which persons could be counted."""

    code = "period_unfit"
    status = 422
    vi = Words("Kỳ không có ngày xác định", "{period} không có ngày đầu và ngày cuối.", "Dùng tháng, quý, năm …")
    en = Words("Period without days", "{period} has no first and last day.", "Use a month, a quarter, a year …")


class PeriodRunning(Refusal):
    """The period has not ended: what is released now could be subtracted from what is released later."""

    code = "period_running"
    status = 409
    vi = Words("Kỳ chưa kết thúc", "Kỳ {period} chưa kết thúc.", "Công bố từ ngày {until}.")
    en = Words("Period still running", "The period {period} has not ended.", "Release it from {until} on.")


class ReleasedBefore(Refusal):
    """The total of this unit, group and period was released: it is released once and for all."""

    code = "released_before"
    status = 409
    vi = Words("Đã công bố", "Số liệu này đã công bố, mã {release}.", "Xem tại /v1/statistics/releases.")
    en = Words("Released before", "This total is the release {release}.", "See it at /v1/statistics/releases.")


class ReleaseOverlaps(Refusal):
    """Persons of this total were counted in a published one: the two could be subtracted."""

    code = "release_overlaps"
    status = 409
    vi = Words(
        "Trùng với số liệu đã công bố",
        "Có người đã được tính trong lần công bố {release}, cùng nhóm và trùng ngày.",
        "Dùng số liệu của lần công bố đó.",
    )
    en = Words(
        "Overlaps a release",
        "Persons were counted in the release {release}, for the same group and some of the same days.",
        "Use the figures of that release.",
    )
