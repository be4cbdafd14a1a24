"""What reporting refuses, by name."""

from __future__ import annotations

from typing import NamedTuple

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


class Difference(NamedTuple):
    """In what obligations differ."""

    vi: str
    en: str


OTHER_PLAN = Difference("kế hoạch", "plan")
OTHER_UNIT = Difference("đơn vị", "unit")
OTHER_RECEIVERS = Difference("nơi nhận", "receivers")
OTHER_DUE_INSTANT = Difference("thời hạn", "due instant")


class ObligationsApart(Refusal):
    """One report covers only obligations of one unit and plan, with the same receivers and the same due instant."""

    code = "obligations_apart"
    status = 422
    vi = Words(
        "Không gộp được các nghĩa vụ",
        "Các nghĩa vụ khác nhau về {difference.vi}.",
        "Gửi báo cáo riêng cho từng nghĩa vụ.",
    )
    en = Words("Obligations do not fall together", "They differ in {difference.en}.", "Send a report for each.")


class CoverFixed(Refusal):
    """A version covers other obligations than the one before: the set is fixed for all versions."""

    code = "cover_fixed"
    status = 422
    vi = Words(
        "Không đổi được nghĩa vụ của báo cáo",
        "Mọi phiên bản phải gồm đúng các nghĩa vụ của phiên bản đầu.",
        "Gửi lại với các nghĩa vụ nêu trong `covers` của báo cáo.",
    )
    en = Words(
        "A report keeps its obligations",
        "All versions cover exactly what the first one covered.",
        "Send it for the obligations in the report's `covers`.",
    )


class CoveredTwice(Refusal):
    """A report names the same obligation twice, perhaps with other figures. `spots` name the second."""

    code = "covered_twice"
    status = 422
    vi = Words("Nghĩa vụ nêu hai lần", "Một chế độ và kỳ chỉ được nêu một lần.", "Gộp số liệu vào một mục.")
    en = Words("Obligation named twice", "A rule and period may be named only once.", "Put all figures in one place.")


class ObligationDropped(Refusal):
    """An amendment no longer asks for the report."""

    code = "obligation_dropped"
    status = 409
    vi = Words(
        "Không còn phải báo cáo",
        "Kế hoạch sửa đổi không còn yêu cầu {obligation}.",
        "Gửi báo cáo không gắn với nghĩa vụ nào nếu vẫn cần.",
    )
    en = Words(
        "No longer asked for",
        "An amendment of the plan no longer asks for {obligation}.",
        "Send it as a report that nobody asked for, if it is needed.",
    )


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
    """A report without figures that does not say that nothing happened. `spots` name each empty place."""

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


class RuleUnfit(Refusal):
    """A report is requested under a rule that does not provide for requests."""

    code = "rule_unfit"
    status = 422
    vi = Words(
        "Chế độ báo cáo không cho phép",
        "{rule} không phải là chế độ đột xuất (ad_hoc) hoặc báo cáo nhanh (flash) của kế hoạch.",
        "Xem các chế độ báo cáo trong kế hoạch.",
    )
    en = Words(
        "The rule does not provide this",
        "{rule} is no ad hoc (ad_hoc) or flash (flash) rule of the plan.",
        "See the plan's reporting rules.",
    )


class ReporterUnfit(Refusal):
    """A unit is asked that does not report under the rule."""

    code = "reporter_unfit"
    status = 422
    vi = Words(
        "Đơn vị không thuộc chế độ này", "Có đơn vị không báo cáo theo {rule}.", "Chỉ nêu đơn vị thuộc chế độ đó."
    )
    en = Words("Not a reporter of the rule", "A unit named does not report under {rule}.", "Name its reporters only.")


class ReceiptInFuture(Refusal):
    """An imported receipt lies in the future."""

    code = "receipt_in_future"
    status = 422
    vi = Words("Thời điểm nhận ở tương lai", "{at} chưa đến.", "Ghi thời điểm nhận thực tế.")
    en = Words("Receipt in the future", "{at} has not come.", "Give the real instant of receipt.")


class IndicatorUnknown(Refusal):
    """The plan does not promise this over this period."""

    code = "indicator_unknown"
    status = 404
    vi = Words(
        "Không có chỉ tiêu này", "{plan} không có chỉ tiêu {indicator} cho kỳ {period}.", "Xem chỉ tiêu trong kế hoạch."
    )
    en = Words("No such indicator", "{plan} has no indicator {indicator} over {period}.", "See the plan's indicators.")


class IndicatorMeasured(Refusal):
    """The indicator has a number: nobody judges it by words."""

    code = "indicator_measured"
    status = 422
    vi = Words("Chỉ tiêu được tính bằng số", "{indicator} được tính từ số liệu báo cáo.", "Chỉ đánh giá chỉ tiêu lời.")
    en = Words("The indicator is measured", "{indicator} is found from figures.", "Judge narrative indicators only.")
