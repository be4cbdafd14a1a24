"""What plans refuses, by name."""

from __future__ import annotations

from kernel.problems import Refusal, Words


class PlanUnknown(Refusal):
    """No plan has this slug, or the plan has no such version."""

    code = "plan_unknown"
    status = 404
    vi = Words("Không có kế hoạch này", "Không có kế hoạch {plan}.", "Xem danh sách tại /v1/plans.")
    en = Words("No such plan", "There is no plan {plan}.", "See the list at /v1/plans.")


class PlanInvalid(Refusal):
    """A plan contradicts itself or the unit tree. `spots` name each place."""

    code = "plan_invalid"
    status = 422
    vi = Words("Kế hoạch chưa hợp lệ", "{count} chỗ chưa đúng.", "Sửa các chỗ nêu ở `errors` rồi gửi lại.")
    en = Words("Invalid plan", "{count} place(s) are wrong.", "Mend the places named in `errors` and send again.")


class CatalogueConflict(Refusal):
    """A plan uses a code of the catalogue with another meaning. `spots` name each place."""

    code = "catalogue_conflict"
    status = 409
    vi = Words(
        "Trái với danh mục",
        "{count} mã đã có trong danh mục với loại khác.",
        "Dùng đúng loại ghi trong danh mục (/v1/catalogue/elements, /v1/catalogue/indicators), hoặc đặt mã mới.",
    )
    en = Words(
        "Catalogue conflict",
        "{count} code(s) are in the catalogue with another kind.",
        "Use the kind in the catalogue (/v1/catalogue/elements, /v1/catalogue/indicators), or a new code.",
    )


class SlugTaken(Refusal):
    """Another plan has this slug."""

    code = "slug_taken"
    status = 409
    vi = Words("Trùng tên kế hoạch", "Đã có kế hoạch {plan}.", "Chọn `slug` khác, hoặc sửa kế hoạch đã có.")
    en = Words("Slug taken", "There is a plan {plan} already.", "Choose another `slug`, or edit that plan.")


class SymbolTaken(Refusal):
    """Another plan of the same issuer and year has this symbol (NĐ 30/2020/NĐ-CP, art. 15.1)."""

    code = "symbol_taken"
    status = 409
    vi = Words(
        "Trùng số, ký hiệu",
        "Số, ký hiệu {symbol} năm {year} đã dùng cho kế hoạch {plan} của cùng đơn vị ban hành.",
        "Kiểm tra lại số, ký hiệu.",
    )
    en = Words(
        "Symbol taken",
        "The same issuer used {symbol} in {year} for the plan {plan}.",
        "Check the number and symbol.",
    )


class TransitionIllegal(Refusal):
    """What the caller wants cannot be done in the plan's state."""

    code = "transition_illegal"
    status = 409
    vi = Words("Không thực hiện được", "Kế hoạch {plan} đang ở trạng thái {state}.", "Có thể: {legal}.")
    en = Words("Not possible now", "The plan {plan} is {state}.", "Possible: {legal}.")


class UnitCodeUnknown(Refusal):
    """No unit has this code on this day."""

    code = "unit_unknown"
    status = 404
    vi = Words("Không có đơn vị này", "Không có đơn vị mã {unit} vào ngày {day}.", "Hỏi lại với ngày khác: `on=`.")
    en = Words("No such unit", "No unit has the code {unit} on {day}.", "Ask for another day: `on=`.")


class UnitDecisionUnknown(Refusal):
    """No decision on units has this id."""

    code = "unit_decision_unknown"
    status = 404
    vi = Words("Không có quyết định này", "Không có quyết định mã {decision}.", "Kiểm tra lại mã định danh.")
    en = Words("No such decision", "No decision on units has the id {decision}.", "Check the id.")


class DecisionInvalid(Refusal):
    """A decision on units contradicts itself or what is known. `spots` name each place."""

    code = "decision_invalid"
    status = 422
    vi = Words("Quyết định chưa hợp lệ", "{count} chỗ chưa đúng.", "Sửa các chỗ nêu ở `errors` rồi gửi lại.")
    en = Words("Invalid decision", "{count} place(s) are wrong.", "Mend the places named in `errors` and send again.")


class DecisionDiffers(Refusal):
    """The decision is known already, with other content."""

    code = "decision_differs"
    status = 409
    vi = Words(
        "Quyết định đã có nội dung khác",
        "Quyết định “{decision}” ngày {day} đã được ghi với nội dung khác.",
        "Điều gì thay đổi thì ghi bằng một quyết định mới.",
    )
    en = Words(
        "Decision differs",
        "The decision “{decision}” of {day} is recorded with other content.",
        "Record what changed as a new decision.",
    )
