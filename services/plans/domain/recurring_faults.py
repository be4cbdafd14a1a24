"""Say the faults that several parts of a plan or a decision can have, in the same words everywhere."""

from __future__ import annotations

from datetime import date

from kernel.problems import Spot


def unit_unknown(pointer: str, code: str, day: date) -> Spot:
    """Say that a code is no unit's on the day on which it is read."""
    return Spot(
        pointer,
        "unit_unknown",
        f"không có đơn vị nào mang mã {code} vào ngày {day}",
        f"no unit has the code {code} on {day}",
    )


def element_unknown(pointer: str, code: str) -> Spot:
    """Say that a plan uses a data element that it does not list."""
    return Spot(
        pointer, "element_unknown", f"kế hoạch không có số liệu mang mã {code}", f"the plan has no data element {code}"
    )


def resolved_here(pointer: str) -> Spot:
    """Say that ids were sent where they are found from what else is sent."""
    return Spot(
        pointer,
        "resolved_here",
        "mã định danh được hệ thống tự xác định: bỏ trường này",
        "ids are found from the codes and selectors: leave it out",
    )


def repeated(pointer: str, name: str) -> Spot:
    """Say that what names one thing stands twice in a list."""
    return Spot(pointer, "repeated", f"{name} được nêu hai lần trong danh sách", f"{name} stands here twice")
