"""What reporting refuses, by name."""

from __future__ import annotations

from kernel.problems import Refusal, Words


class PlanUnknown(Refusal):
    """No issued plan has this slug."""

    code = "plan_unknown"
    status = 404
    vi = Words("Không có kế hoạch này", "Chưa có kế hoạch {plan} được ban hành.", "Xem danh sách tại /v1/plans.")
    en = Words("No such plan", "No issued plan is called {plan}.", "See the list at /v1/plans.")


class ObligationUnknown(Refusal):
    """No obligation is meant by what the caller named."""

    code = "obligation_unknown"
    status = 404
    vi = Words("Không có nghĩa vụ báo cáo này", "{obligation} không tồn tại.", "Xem danh sách tại /v1/obligations.")
    en = Words("No such obligation", "{obligation} does not exist.", "See the list at /v1/obligations.")


class ReportUnknown(Refusal):
    """No report has this id."""

    code = "report_unknown"
    status = 404
    vi = Words("Không có báo cáo này", "{report} không tồn tại.", "Xem danh sách tại /v1/reports.")
    en = Words("No such report", "{report} does not exist.", "See the list at /v1/reports.")


class UnitUnknown(Refusal):
    """No unit has this code on the day that matters."""

    code = "unit_unknown"
    status = 422
    vi = Words("Không có đơn vị này", "Không có đơn vị mã {unit} vào ngày {day}.", "Kiểm tra mã và ngày tại /v1/units.")
    en = Words("No such unit", "No unit has the code {unit} on {day}.", "Check code and day at /v1/units.")


class ObligationsApart(Refusal):
    """One report covers only obligations of one unit and plan, with the same receivers and the same due instant."""

    code = "obligations_apart"
    status = 422
    vi = Words(
        "Không gộp được các nghĩa vụ",
        "Các nghĩa vụ khác nhau về {difference}.",
        "Gửi báo cáo riêng cho từng nghĩa vụ.",
    )
    en = Words("Obligations do not fall together", "They differ in {difference}.", "Send a report for each.")


class ObligationCovered(Refusal):
    """The obligation has its report already."""

    code = "obligation_covered"
    status = 409
    vi = Words(
        "Nghĩa vụ đã có báo cáo",
        "{obligation} đã có báo cáo {report}.",
        "Gửi phiên bản mới của báo cáo đó khi được trả lại.",
    )
    en = Words(
        "Obligation covered already",
        "{obligation} is covered by report {report}.",
        "Send a new version of that report.",
    )


class FiguresInvalid(Refusal):
    """Figures that cannot be right. `spots` name each."""

    code = "figures_invalid"
    status = 422
    vi = Words("Số liệu không hợp lệ", "{count} số liệu chưa đúng.", "Sửa các chỗ nêu ở `errors` rồi gửi lại.")
    en = Words("Invalid figures", "{count} figure(s) are wrong.", "Mend the places named in `errors` and send again.")


class NothingReported(Refusal):
    """A report without figures that does not say that nothing happened."""

    code = "nothing_reported"
    status = 422
    vi = Words(
        "Báo cáo trống",
        "Báo cáo không có số liệu, lời văn hay xác nhận “không phát sinh”.",
        "Gửi số liệu, phần lời, hoặc đặt `nil` là true.",
    )
    en = Words(
        "Empty report",
        "It has neither figures nor words, and does not confirm that nothing happened.",
        "Send figures or words, or set `nil` to true.",
    )


class TransitionIllegal(Refusal):
    """What the caller wants cannot be done in the report's state."""

    code = "transition_illegal"
    status = 409
    vi = Words("Không thực hiện được", "Báo cáo đang ở trạng thái {state}.", "Có thể: {legal}.")
    en = Words("Not possible now", "The report is {state}.", "Possible: {legal}.")


class DueDayPast(Refusal):
    """A due day is set that lies in the past."""

    code = "due_day_past"
    status = 422
    vi = Words("Thời hạn đã qua", "{due} không ở tương lai.", "Chọn ngày sau thời điểm hiện tại.")
    en = Words("Due day has passed", "{due} is not in the future.", "Choose a later day.")


class NotExtended(Refusal):
    """An extension that gives no more time."""

    code = "not_extended"
    status = 422
    vi = Words("Không phải gia hạn", "Thời hạn mới {due} không sau thời hạn cũ {old}.", "Chọn ngày muộn hơn.")
    en = Words("No extension", "The new due instant {due} is not after the old one, {old}.", "Choose a later day.")


class ExcuseUnknown(Refusal):
    """An excuse is lifted that is not in force."""

    code = "excuse_unknown"
    status = 409
    vi = Words("Không có miễn báo cáo", "Nghĩa vụ này không được miễn.", "Đọc lại nghĩa vụ.")
    en = Words("No excuse in force", "This obligation is not excused.", "Read the obligation again.")


class RuleOtherwise(Refusal):
    """A rule is used for what it does not provide."""

    code = "rule_otherwise"
    status = 422
    vi = Words("Chế độ báo cáo không cho phép", "{rule}: {why}.", "Xem các chế độ báo cáo trong kế hoạch.")
    en = Words("The rule does not provide this", "{rule}: {why}.", "See the plan's reporting rules.")


class ReceiptInFuture(Refusal):
    """An imported receipt lies in the future."""

    code = "receipt_in_future"
    status = 422
    vi = Words("Thời điểm nhận ở tương lai", "{at} chưa đến.", "Ghi thời điểm nhận thực tế.")
    en = Words("Receipt in the future", "{at} has not come.", "Give the real instant of receipt.")


class IndicatorUnknown(Refusal):
    """The plan has no such indicator, or it is not one that a person judges."""

    code = "indicator_unknown"
    status = 404
    vi = Words("Không có chỉ tiêu này", "{plan} không có chỉ tiêu {indicator} {kind}.", "Xem chỉ tiêu trong kế hoạch.")
    en = Words("No such indicator", "{plan} has no indicator {indicator} {kind}.", "See the plan's indicators.")
