"""The sentences of explanations, in Vietnamese and English."""

from __future__ import annotations

from contracts.plan import Rule
from kernel.calendar.due import Bound
from kernel.clock import ICT, from_micros
from kernel.problems import Language
from services.reports.evaluation.status import Status
from services.reports.evaluation.verdict import Verdict

_OF_STATUS: dict[Status, dict[Language, str]] = {
    Status.ABSENT: {
        "vi": "Vào thời điểm này chưa có, hoặc không còn nghĩa vụ báo cáo.",
        "en": "At this instant it is not owed yet, or no longer.",
    },
    Status.EXCUSED: {
        "vi": "Đơn vị được miễn báo cáo; lý do nêu ở sự kiện miễn.",
        "en": "The unit is excused; the reason stands with the event.",
    },
    Status.UNDATED: {
        "vi": "Kế hoạch không nêu ngày và chưa ai ấn định thời hạn.",
        "en": "The plan states no day, and nobody has set one.",
    },
    Status.REQUESTED: {
        "vi": "Chỉ là đề nghị: không tính quá hạn, không tính vào tỷ lệ.",
        "en": "It is only asked for: never overdue, outside the rates.",
    },
    Status.ON_TIME: {
        "vi": "Nhận lần đầu lúc {first}, trước khi hết hạn lúc {due}.",
        "en": "First received at {first}, before it was due at {due}.",
    },
    Status.LATE: {
        "vi": "Nhận lần đầu lúc {first}, sau khi đã hết hạn lúc {due}.",
        "en": "First received at {first}, when it had been due at {due}.",
    },
    Status.RETURNED: {
        "vi": "Đã trả lại để chỉnh lý; hạn nộp lại đến {correction}, hạn báo cáo {due}.",
        "en": "Returned for correction until {correction}; it is due at {due}.",
    },
    Status.OVERDUE: {
        "vi": "Đã hết hạn lúc {due} mà không có báo cáo nào còn hiệu lực.",
        "en": "It was due at {due}, and no report speaks for the unit.",
    },
    Status.DUE_SOON: {
        "vi": "Chưa có báo cáo; hết hạn lúc {due}, đã trong thời gian nhắc.",
        "en": "Nothing has come; it is due at {due}, and the reminder time has begun.",
    },
    Status.NOT_DUE: {
        "vi": "Chưa có báo cáo; đến {due} mới hết hạn.",
        "en": "Nothing has come; it is not due before {due}.",
    },
}

_OF_VERDICT: dict[Verdict, dict[Language, str]] = {
    Verdict.NOT_JUDGED: {"vi": "Không đánh giá được: {reason}.", "en": "It cannot be judged: {reason}."},
    Verdict.SUPPRESSED: {"vi": "Không công bố để bảo vệ cá nhân.", "en": "Not shown, to protect persons."},
    Verdict.NO_DATA: {"vi": "Chưa có số liệu: {reason}.", "en": "There are no figures: {reason}."},
    Verdict.NOT_APPLICABLE: {
        "vi": "Không phát sinh đối tượng (mẫu số bằng 0), chỉ tiêu ghi “nếu có”.",
        "en": "There is nobody to count (the denominator is 0), and the promise says “if any”.",
    },
    Verdict.MET: {
        "vi": "Đủ {counted}/{expected} đơn vị; {n}/{d} đạt ngưỡng {target}.",
        "en": "All {counted} of {expected} units are in; {n} of {d} reaches {target}.",
    },
    Verdict.NOT_MET: {
        "vi": "Đủ {counted}/{expected} đơn vị; {n}/{d} không đạt ngưỡng {target}.",
        "en": "All {counted} of {expected} units are in; {n} of {d} misses {target}.",
    },
    Verdict.INCOMPLETE: {
        "vi": "Đã hết hạn mà mới có {counted}/{expected} đơn vị; tạm tính {n}/{d}, ngưỡng {target}.",
        "en": "All were due, yet only {counted} of {expected} units are in; so far {n} of {d}, threshold {target}.",
    },
    Verdict.ON_TRACK: {
        "vi": "Mới có {counted}/{expected} đơn vị; tạm tính {n}/{d} đang đạt ngưỡng {target}.",
        "en": "{counted} of {expected} units are in; so far {n} of {d} reaches {target}.",
    },
    Verdict.AT_RISK: {
        "vi": "Mới có {counted}/{expected} đơn vị; tạm tính {n}/{d} chưa đạt ngưỡng {target}.",
        "en": "{counted} of {expected} units are in; so far {n} of {d} misses {target}.",
    },
}

_WITHOUT_UNITS: dict[Verdict, dict[Language, str]] = {
    Verdict.MET: {"vi": "{n}/{d} đạt ngưỡng {target}.", "en": "{n} of {d} reaches {target}."},
    Verdict.NOT_MET: {"vi": "{n}/{d} không đạt ngưỡng {target}.", "en": "{n} of {d} misses {target}."},
    Verdict.ON_TRACK: {
        "vi": "Đến nay {n}/{d}, đang đạt ngưỡng {target}.",
        "en": "So far {n} of {d} reaches {target}.",
    },
    Verdict.AT_RISK: {
        "vi": "Đến nay {n}/{d}, chưa đạt ngưỡng {target}.",
        "en": "So far {n} of {d} misses {target}.",
    },
}
"""Where no unit owes a report that bears on it."""

_OF_TIPS: dict[Language, str] = {
    "vi": "Dịch vụ tiếp nhận tin: xử lý đúng hạn {handled_in_time}, xử lý quá hạn {handled_late}, "
    "đang xử lý còn hạn {running_in_time}, đang xử lý quá hạn {running_late}.",
    "en": "The tips service: {handled_in_time} handled in time, {handled_late} handled late, "
    "{running_in_time} running in time, {running_late} running late.",
}
_OF_RELEASE: dict[Language, str] = {
    "vi": "Theo thống kê hỗ trợ công bố lúc {released}.",
    "en": "By the support statistics released at {released}.",
}

_OF_REASON: dict[str, dict[Language, str]] = {
    "baseline_unknown": {"vi": "kế hoạch không nêu kỳ gốc", "en": "the plan names no baseline"},
    "baseline_zero": {"vi": "kỳ gốc bằng 0", "en": "the baseline is 0"},
    "no_threshold": {"vi": "kế hoạch không nêu ngưỡng", "en": "the plan states no threshold"},
    "awaiting_receiver": {"vi": "chờ cơ quan nhận đánh giá", "en": "the receiver has not judged it yet"},
    "empty_population": {"vi": "không có đối tượng để tính", "en": "there is nobody to count"},
    "tips_service_silent": {"vi": "dịch vụ tiếp nhận tin chưa có số liệu", "en": "the tips service has no figures"},
    "no_statistics_released": {"vi": "chưa công bố thống kê hỗ trợ", "en": "no support statistics are released"},
    "no_figures_yet": {"vi": "chưa có báo cáo nào được tính", "en": "no report counts yet"},
}


def of_status(status: Status, language: Language) -> str:
    """Return why an obligation has a status, as a format string over `due`, `first` and `correction`."""
    return _OF_STATUS[status][language]


def of_verdict(verdict: Verdict, language: Language, *, with_units: bool) -> str:
    """Return why an indicator has a verdict, as a format string. `with_units` tells how many of them are in."""
    sentences = _OF_VERDICT if with_units else _OF_VERDICT | _WITHOUT_UNITS
    return sentences[verdict][language]


def of_tips(language: Language) -> str:
    """Return what the tips service counted, as a format string over its four figures."""
    return _OF_TIPS[language]


def of_release(language: Language) -> str:
    """Return where figures on support come from, as a format string over `released`."""
    return _OF_RELEASE[language]


def of_reason(reason: str | None, language: Language) -> str:
    """Return why something cannot be judged."""
    return "" if reason is None else _OF_REASON[reason][language]


def local_time(micros: int | None) -> str:
    """Write an instant in the time of Viet Nam."""
    return "–" if micros is None else from_micros(micros).astimezone(ICT).strftime("%H:%M:%S %d/%m/%Y")


def wording(rule: Rule, language: Language) -> str:
    """Return a rule's due day in words."""
    words = rule.due
    if words.bound is Bound.UNSTATED or (words.day is None and not words.dates):
        return {"vi": "theo quy định (không nêu ngày)", "en": "as regulated (no day stated)"}[language]
    if words.day is None:
        return {"vi": "theo các ngày nêu trong kế hoạch", "en": "on the days named in the plan"}[language]
    month = {"vi": "tháng cuối kỳ", "en": "the period's last month"}[language]
    if words.month_offset:
        month += f" {words.month_offset:+d}"
    if words.bound is Bound.BEFORE:
        return {"vi": f"trước ngày {words.day} của {month}", "en": f"before day {words.day} of {month}"}[language]
    return {"vi": f"chậm nhất ngày {words.day} của {month}", "en": f"by day {words.day} of {month}"}[language]
