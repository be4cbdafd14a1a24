"""Say where the input is wrong, and what is wanted there. What the caller sent is never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from kernel.problems import Spot
from runtime.http.plain_json import LEVELS


class _Wanted(NamedTuple):
    """What is wanted at a place: format strings over what pydantic says of its finding."""

    vi: str
    en: str


_TEXT = _Wanted("phải là chuỗi ký tự", "must be a text")
_WHOLE = _Wanted("phải là số nguyên", "must be a whole number")
_NUMBER = _Wanted("phải là số", "must be a number")
_BOOLEAN = _Wanted("phải là true hoặc false", "must be true or false")
_DAY = _Wanted("phải là ngày dạng 2025-06-14", "must be a day such as 2025-06-14")
_ID = _Wanted("phải là UUID", "must be a UUID")
_LIST = _Wanted("phải là danh sách", "must be a list")
_OBJECT = _Wanted("phải là đối tượng JSON", "must be a JSON object")
_CHOICE = _Wanted("phải là một trong: {expected}", "must be one of {expected}")
_INSTANT = _Wanted(
    "phải là thời điểm dạng 2025-06-14T17:00:00Z, có múi giờ, lẻ đến micro giây",
    "must be an instant such as 2025-06-14T17:00:00Z, with an offset and at most microseconds",
)
_OTHER = _Wanted("không đúng dạng", "has the wrong form")

_WANTED: Mapping[str, _Wanted] = MappingProxyType(
    {
        "missing": _Wanted("thiếu giá trị này", "is missing"),
        "extra_forbidden": _Wanted("không có trường này", "is not a known field"),
        "json_invalid": _Wanted("JSON không đọc được", "is not readable JSON"),
        "string_type": _TEXT,
        "string_unicode": _TEXT,
        "string_too_short": _Wanted("ít nhất {min_length} ký tự", "needs at least {min_length} character(s)"),
        "string_too_long": _Wanted("nhiều nhất {max_length} ký tự", "may have at most {max_length} character(s)"),
        "string_pattern_mismatch": _Wanted("phải khớp mẫu {pattern}", "must match the pattern {pattern}"),
        "int_type": _WHOLE,
        "int_parsing": _WHOLE,
        "int_parsing_size": _WHOLE,
        "int_from_float": _WHOLE,
        "float_type": _NUMBER,
        "float_parsing": _NUMBER,
        "bool_type": _BOOLEAN,
        "bool_parsing": _BOOLEAN,
        "greater_than": _Wanted("phải lớn hơn {gt}", "must be greater than {gt}"),
        "greater_than_equal": _Wanted("phải từ {ge} trở lên", "must be at least {ge}"),
        "less_than": _Wanted("phải nhỏ hơn {lt}", "must be less than {lt}"),
        "less_than_equal": _Wanted("nhiều nhất là {le}", "must be at most {le}"),
        "too_short": _Wanted("ít nhất {min_length} mục", "needs at least {min_length} item(s)"),
        "too_long": _Wanted("nhiều nhất {max_length} mục", "may have at most {max_length} item(s)"),
        "enum": _CHOICE,
        "literal_error": _CHOICE,
        "union_tag_invalid": _Wanted("phải là một trong: {expected_tags}", "must be one of {expected_tags}"),
        "union_tag_not_found": _Wanted("thiếu {discriminator}", "lacks {discriminator}"),
        "list_type": _LIST,
        "tuple_type": _LIST,
        "dict_type": _OBJECT,
        "model_type": _OBJECT,
        "model_attributes_type": _OBJECT,
        "date_type": _DAY,
        "date_parsing": _DAY,
        "date_from_datetime_parsing": _DAY,
        "date_from_datetime_inexact": _DAY,
        "uuid_type": _ID,
        "uuid_parsing": _ID,
        "instant_invalid": _INSTANT,
        "day_out_of_range": _Wanted("phải từ 0001-01-02 đến 9999-12-30", "must be from 0001-01-02 to 9999-12-30"),
        "json_unwritable": _Wanted(
            f"chỉ nhận số hữu hạn, chữ Unicode trọn vẹn và nhiều nhất {LEVELS} tầng",
            f"takes finite numbers, whole characters and at most {LEVELS} levels only",
        ),
        "nul_character": _Wanted("không được chứa ký tự NUL", "must not hold the character NUL"),
        # The words of our own validators.
        "value_error": _Wanted("{error}", "{error}"),
    }
)


def spots_of(errors: Sequence[Any], prefix: str = "") -> tuple[Spot, ...]:
    """Return pydantic's findings as places in the input.

    Its own messages are not used: they are in English, and some repeat what was sent.
    """
    return tuple(_spot(error, prefix) for error in errors)


def _spot(error: Mapping[str, Any], prefix: str) -> Spot:
    code = error["type"]
    # What cannot be read has no inner places: FastAPI gives the number of a byte instead.
    place = error["loc"][:1] if code == "json_invalid" else error["loc"]
    wanted, facts = _WANTED.get(code, _OTHER), error.get("ctx", {})
    return Spot(_pointer(place, prefix), code, vi=wanted.vi.format_map(facts), en=wanted.en.format_map(facts))


def _pointer(place: Sequence[Any], prefix: str) -> str:
    """Return where a place is: `/items/0` in the body, `query/limit` elsewhere."""
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in place]
    if prefix or not steps or steps[0] == "body":
        return "/".join([prefix, *(steps if prefix else steps[1:])])
    return "/".join(steps)
