"""Name what can be wrong with units and with what happens to them."""

from __future__ import annotations

from kernel.problems import Refusal, Words


class UnknownUnit(Refusal):
    """No unit has this id."""

    code = "unknown_unit"
    status = 404
    vi = Words("Không có đơn vị", "Không có đơn vị nào mang mã định danh {unit}.", "Tra lại đơn vị theo mã và ngày.")
    en = Words("Unknown unit", "No unit has the id {unit}.", "Look the unit up by its code and a day.")


class EndBeforeBeginning(Refusal):
    """A unit, or one of its placements, ends before it begins."""

    code = "end_before_beginning"
    status = 422
    vi = Words(
        "Kết thúc trước khi bắt đầu",
        "Đơn vị {unit_code} “{name}” có khoảng hiệu lực từ {starts_on} nhưng kết thúc ngày {until}.",
        "Ngày kết thúc phải sau ngày bắt đầu.",
    )
    en = Words(
        "End before beginning",
        "The unit {unit_code} “{name}” has a time of validity from {starts_on} that ends on {until}.",
        "The end must be later than the beginning.",
    )


class UnitCodeTaken(Refusal):
    """Two units would have the same code on the same day."""

    code = "unit_code_taken"
    status = 409
    vi = Words(
        "Trùng mã đơn vị",
        "Mã {unit_code} thuộc về cả “{first}” và “{second}” từ ngày {day}.",
        "Ghi ngày kết thúc của đơn vị trước, hoặc dùng mã khác.",
    )
    en = Words(
        "Unit code taken",
        "The code {unit_code} belongs to both “{first}” and “{second}” from {day}.",
        "State when the earlier unit ends, or use another code.",
    )


class UnitMisplaced(Refusal):
    """A unit has no place, or two places, in the tree on some day of its life."""

    code = "unit_misplaced"
    status = 422
    vi = Words(
        "Đơn vị không có đúng một cấp trên",
        "Đơn vị {unit_code} “{name}” không có đúng một vị trí trong cây đơn vị vào ngày {day}.",
        "Các vị trí phải nối tiếp nhau, từ ngày thành lập đến ngày kết thúc của đơn vị.",
    )
    en = Words(
        "Unit without exactly one place",
        "The unit {unit_code} “{name}” does not have exactly one place in the tree on {day}.",
        "Placements must follow each other without a gap, from the unit's first day to its end.",
    )


class ParentMissing(Refusal):
    """A unit stands under one that does not exist at that time."""

    code = "parent_missing"
    status = 422
    vi = Words(
        "Đơn vị cấp trên không tồn tại",
        "Cấp trên của {unit_code} “{name}” không tồn tại vào ngày {day}.",
        "Nạp đơn vị cấp trên trước, hoặc chuyển đơn vị sang cấp trên khác kể từ ngày đó.",
    )
    en = Words(
        "Parent missing",
        "The parent of {unit_code} “{name}” does not exist on {day}.",
        "Load the parent first, or place the unit under another one from that day.",
    )


class UnitsInCircle(Refusal):
    """Units stand under each other in a circle."""

    code = "units_in_circle"
    status = 422
    vi = Words(
        "Đơn vị trực thuộc vòng tròn",
        "Đơn vị {unit_code} “{name}” trực thuộc chính mình vào ngày {day}.",
        "Sửa cấp trên của một trong các đơn vị trong vòng.",
    )
    en = Words(
        "Units in a circle",
        "The unit {unit_code} “{name}” stands under itself on {day}.",
        "Correct the parent of one of the units in the circle.",
    )


class BearerUnclear(Refusal):
    """A dissolved unit is succeeded, but not by exactly one unit that takes over its duties when it ends."""

    code = "bearer_unclear"
    status = 422
    vi = Words(
        "Không rõ đơn vị tiếp nhận nhiệm vụ",
        "Đơn vị {unit_code} “{name}” có đơn vị kế tục nhưng không có đúng một đơn vị tiếp nhận nhiệm vụ khi kết thúc.",
        "Với đơn vị đã giải thể, đánh dấu đúng một đơn vị kế tục là bears_duties, từ ngày kết thúc của đơn vị.",
    )
    en = Words(
        "Bearer of duties unclear",
        "The unit {unit_code} “{name}” is succeeded, but not exactly one successor takes over its duties when it ends.",
        "For a dissolved unit mark exactly one successor as bears_duties, from the day the unit ends.",
    )


class SuccessorMissing(Refusal):
    """A unit is followed by one that does not exist on that day."""

    code = "successor_missing"
    status = 422
    vi = Words(
        "Đơn vị kế tục không tồn tại",
        "Đơn vị {unit_code} “{name}” được nêu là kế tục nhưng không tồn tại vào ngày {day}.",
        "Nạp đơn vị kế tục với ngày thành lập không muộn hơn ngày đó.",
    )
    en = Words(
        "Successor missing",
        "The unit {unit_code} “{name}” is named as successor but does not exist on {day}.",
        "Load the successor with a first day no later than that day.",
    )
