"""What the intake and the process refuse, by name. No word here repeats what a tip says."""

from __future__ import annotations

from kernel.problems import Fault, Refusal, Words


class TipUnknown(Refusal):
    """No tip has this id."""

    code = "tip_unknown"
    status = 404
    vi = Words("Không có tin này", "{tip} không tồn tại.", "Xem danh sách tại /v1/tips.")
    en = Words("No such tip", "{tip} does not exist.", "See the list at /v1/tips.")


class FollowUpCodeMistyped(Refusal):
    """A follow-up code has a character too many, too few, or another one."""

    code = "follow_up_code_mistyped"
    status = 422
    vi = Words("Mã theo dõi gõ sai", "Ký tự kiểm tra không khớp.", "So từng ký tự với biên nhận.")
    en = Words("Follow-up code mistyped", "Its check character does not fit.", "Compare it with the receipt.")


class FollowUpCodeInvalid(Refusal):
    """No tip is followed with this code."""

    code = "follow_up_code_invalid"
    status = 404
    vi = Words("Mã theo dõi không đúng", "Không có tin nào có mã này.", "Kiểm tra lại mã trên biên nhận.")
    en = Words("Follow-up code wrong", "No tip is followed with this code.", "Compare it with the receipt.")


class UnitUnknown(Refusal):
    """No unit has this code on the day that matters."""

    code = "unit_unknown"
    status = 422
    vi = Words("Không có đơn vị này", "Không có đơn vị mã {unit} vào ngày {day}.", "Kiểm tra mã và ngày tại /v1/units.")
    en = Words("No such unit", "No unit has the code {unit} on {day}.", "Check code and day at /v1/units.")


class TransitionIllegal(Refusal):
    """What the caller wants cannot be done in the tip's state."""

    code = "transition_illegal"
    status = 409
    vi = Words("Không thực hiện được", "Tin đang ở trạng thái {state}.", "Có thể: {legal}.")
    en = Words("Not possible now", "The tip is {state}.", "Possible: {legal}.")


class AssigneeOutside(Refusal):
    """A tip is assigned to a unit that is not of the house that it came to."""

    code = "assignee_outside"
    status = 422
    vi = Words(
        "Đơn vị ngoài phạm vi",
        "{unit} không thuộc {house}, nơi đang giữ tin.",
        "Giao cho cơ quan trực thuộc, hoặc chuyển tin (transfer) cho đơn vị có thẩm quyền.",
    )
    en = Words(
        "Assignee outside",
        "{unit} does not belong to {house}, which the tip came to.",
        "Assign it to a body of that unit, or transfer it to the competent one.",
    )


class RouteUnknown(Refusal):
    """No rule of routing has this id."""

    code = "route_unknown"
    status = 404
    vi = Words("Không có quy tắc này", "{route} không tồn tại.", "Xem danh sách tại /v1/tips/routes.")
    en = Words("No such rule", "{route} does not exist.", "See the list at /v1/tips/routes.")


class RouteNotAhead(Refusal):
    """A rule of routing would begin or end on a day that has passed, or end before it begins."""

    code = "route_not_ahead"
    status = 422
    vi = Words(
        "Ngày không phù hợp",
        "Quy tắc không thể bắt đầu hoặc kết thúc vào ngày {day}.",
        "Ghi ngày từ hôm nay trở đi; ngày kết thúc phải sau ngày bắt đầu, và không sau ngày kết thúc đã ghi.",
    )
    en = Words(
        "Day impossible",
        "The rule cannot begin or end on {day}.",
        "Name today or a later day; it ends after it begins, and not later than it was to end.",
    )


class PeriodNotOver(Refusal):
    """Statistics are asked for of days that are still to come."""

    code = "period_not_over"
    status = 422
    vi = Words("Kỳ chưa kết thúc", "Kỳ {period} chưa kết thúc được một ngày.", "Chọn quý đã kết thúc, như 2025-Q2.")
    en = Words("Period not over", "{period} has not been over for a day.", "Name a quarter that is, such as 2025-Q2.")


class PeriodNotOffered(Refusal):
    """Statistics are asked for of a period that shares days with others: one could be subtracted from the other."""

    code = "period_not_offered"
    status = 422
    vi = Words("Kỳ không có số liệu", "Chỉ có số liệu theo quý; {period} không phải là quý.", "Ghi quý, như 2025-Q2.")
    en = Words("Period not offered", "Statistics are of quarters; {period} is none.", "Write one such as 2025-Q2.")


class UnitNotOffered(Refusal):
    """Statistics are asked for of a unit that shares tips with others: one could be subtracted from the other."""

    code = "unit_not_offered"
    status = 422
    vi = Words("Đơn vị không có số liệu", "Chỉ có số liệu của tỉnh; {unit} không phải là tỉnh.", "Ghi mã một tỉnh.")
    en = Words("Unit not offered", "Statistics are of provinces; {unit} is none.", "Write the code of a province.")


class DisclosureUnknown(Refusal):
    """The tip has no such request to be shown who gave it."""

    code = "disclosure_unknown"
    status = 404
    vi = Words("Không có yêu cầu này", "Không có yêu cầu {disclosure}.", "Xem danh sách yêu cầu của tin.")
    en = Words("No such request", "There is no request {disclosure}.", "See the requests on the tip.")


class DisclosureDecided(Refusal):
    """A request was decided before."""

    code = "disclosure_decided"
    status = 409
    vi = Words("Đã quyết định", "Yêu cầu này đã được quyết định.", "Gửi yêu cầu mới nếu cần.")
    en = Words("Decided already", "This request was decided before.", "Ask again if it must be.")


class SecondPersonNeeded(Refusal):
    """Who asks to be shown an informant cannot allow it."""

    code = "second_person_needed"
    status = 403
    vi = Words("Cần người thứ hai", "Người yêu cầu không thể tự cho phép.", "Đề nghị người khác quyết định.")
    en = Words("Second person needed", "Who asks cannot allow it.", "Have somebody else decide.")


class DisclosureNeeded(Refusal):
    """Nobody allowed the caller to see who gave the tip, or not any more."""

    code = "disclosure_needed"
    status = 403
    vi = Words(
        "Chưa được phép xem danh tính",
        "Không có yêu cầu nào của bạn còn hiệu lực.",
        "Gửi yêu cầu có lý do; người thứ hai quyết định.",
    )
    en = Words(
        "Not allowed to see who it was",
        "No request of yours is granted and in force.",
        "Ask with a reason; a second person decides.",
    )


class InformantUnknown(Refusal):
    """Nobody is known who gave the tip."""

    code = "informant_unknown"
    status = 404
    vi = Words("Không có danh tính", "Người cung cấp tin không nêu danh tính.", "Nhắn qua mã theo dõi.")
    en = Words("Nobody is known", "The tip was given without a name.", "Write to who has the follow-up code.")


class TransferToSelf(Refusal):
    """A tip is handed over to the very unit that has it."""

    code = "transfer_to_self"
    status = 422
    vi = Words("Không phải chuyển tin", "{unit} đang chịu trách nhiệm về tin này.", "Chọn đơn vị khác.")
    en = Words("No transfer", "{unit} is responsible for the tip already.", "Choose another unit.")


class ExtensionImpossible(Refusal):
    """The law does not know this extension for such a tip, or not as a further one."""

    code = "extension_impossible"
    status = 422
    vi = Words("Không gia hạn được", "Không thể gia hạn theo căn cứ “{kind}” cho tin này.", "Có thể: {possible}.")
    en = Words("No such extension", "This tip cannot be given an extension as “{kind}”.", "Possible: {possible}.")


class DeadlinePassed(Refusal):
    """A limit is extended that has not begun, or has ended already."""

    code = "deadline_passed"
    status = 409
    vi = Words(
        "Thời hạn không còn chạy",
        "Thời hạn của bước {step} chưa bắt đầu hoặc đã kết thúc.",
        "Chỉ gia hạn trong khi thời hạn đang chạy.",
    )
    en = Words("Limit not running", "The limit for {step} has not begun, or has ended.", "Extend it while it runs.")


class ApproverIsActor(Refusal):
    """Whoever extends a limit names themselves as the one who approved it."""

    code = "approver_is_actor"
    status = 422
    vi = Words(
        "Người duyệt trùng người thực hiện", "{approver} không thể tự duyệt.", "Ghi người hoặc văn bản phê duyệt."
    )
    en = Words("No second person", "{approver} cannot approve its own act.", "Name who approved it, or the document.")


class DayImpossible(Refusal):
    """A body outside is said to have received a tip before it came, or on a day that has not come."""

    code = "day_impossible"
    status = 422
    vi = Words("Ngày không hợp lý", "Ngày {day} không nằm giữa ngày nhận tin và hôm nay.", "Kiểm tra ngày nhận.")
    en = Words("Impossible day", "{day} does not lie between the receipt and today.", "Check the day of receipt.")


class LinkToSelf(Refusal):
    """A tip is linked as a duplicate of itself."""

    code = "link_to_self"
    status = 422
    vi = Words("Không thể liên kết", "Tin không thể trùng với chính nó.", "Chọn tin khác.")
    en = Words("No link", "A tip is no duplicate of itself.", "Choose another tip.")


class OriginalNotHandled(Refusal):
    """A tip is resolved as a duplicate, and it is linked to none, or to one that is not handled yet."""

    code = "original_not_handled"
    status = 409
    vi = Words(
        "Tin gốc chưa được xử lý",
        "Chỉ kết luận “trùng” khi tin được liên kết đã xử lý xong.",
        "Liên kết (link) với tin kia, và chờ tin đó được xử lý.",
    )
    en = Words(
        "The other tip is not handled",
        "A tip is a duplicate only of one that is itself handled.",
        "Link it to the other tip, and wait until that one is handled.",
    )


class OutcomeNotTold(Refusal):
    """A tip is closed although the informant has not been told the outcome, as the law asks."""

    code = "outcome_not_told"
    status = 409
    vi = Words(
        "Chưa thông báo kết quả",
        "Phải thông báo kết quả cho người cung cấp tin trước khi kết thúc.",
        "Ghi nhận thông báo (notify, outcome, informant).",
    )
    en = Words(
        "Outcome not told",
        "The informant must be told the outcome before the tip is closed.",
        "Note that it was told (notify, outcome, informant).",
    )


class ContentDestroyed(Refusal):
    """What a tip says, and who said it, was kept as long as it may be, and is gone for ever."""

    code = "content_destroyed"
    status = 410
    vi = Words(
        "Nội dung đã được hủy",
        "Nội dung của tin đã được hủy khi hết thời hạn lưu giữ.",
        "Xem lịch sử của tin để biết đã hủy lúc nào. Biên nhận và sổ tin vẫn kiểm tra được.",
    )
    en = Words(
        "Content destroyed",
        "The tip's content was destroyed at the end of the period for which it may be kept.",
        "Its history says when. Its receipt and the ledger can still be checked.",
    )


class NobodyReceives(Fault):
    """Units are not known yet, so no unit can be given the tip. The sender sends it again."""

    code = "nobody_receives"
    status = 503
    vi = Words("Chưa có đơn vị tiếp nhận", "Hệ thống chưa có cây đơn vị.", "Gửi lại sau {retry_after} giây.")
    en = Words("Nobody receives", "The units are not known here yet.", "Send it again in {retry_after} seconds.")


class EntryUnsealed(Refusal):
    """A tip is in the ledger, and no signed head holds it yet."""

    code = "entry_unsealed"
    status = 404
    vi = Words(
        "Chưa niêm phong",
        "Mục {position} chưa nằm trong bản niêm phong nào.",
        "Sổ được niêm phong mỗi ngày lúc 24:00; hỏi lại sau đó. Biên nhận đã ký vẫn có giá trị.",
    )
    en = Words(
        "Not sealed yet",
        "No signed head holds entry {position} yet.",
        "The ledger is sealed daily at 24:00; ask again then. The signed receipt stands until then.",
    )


class HeadUnknown(Refusal):
    """No signed head has so many entries."""

    code = "head_unknown"
    status = 404
    vi = Words("Không có bản niêm phong này", "Không có bản nào {entries} mục.", "Xem /v1/tips/ledger/heads.")
    en = Words("No such head", "No signed head has {entries} entries.", "See /v1/tips/ledger/heads.")


class NothingToSeal(Refusal):
    """The ledger has no entry at all yet."""

    code = "nothing_to_seal"
    status = 409
    vi = Words("Sổ chưa có mục nào", "Chưa tiếp nhận tin nào.", "Niêm phong sau khi có tin đầu tiên.")
    en = Words("Nothing to seal", "No tip was received yet.", "Seal the ledger after the first one.")


class LedgerIncomplete(Fault):
    """An entry of the ledger is not there: something was taken away."""

    code = "ledger_incomplete"
    status = 500
    vi = Words("Sổ bị thiếu", "Thiếu mục {position} của sổ.", "Chạy `lanhmanh ledger verify`, so với bản sao lưu.")
    en = Words("Ledger incomplete", "Entry {position} is missing.", "Run `lanhmanh ledger verify`, compare a backup.")
