"""Rotate the keys of a file: add the next one, and take out what nothing is wrapped with any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kernel.problems import Refusal, Words
from runtime.crypto.key_file import KeyFile, Stage, StoredKey, Use, new_key

SETTLED = timedelta(hours=1)
"""How long a key must have been current before an older one may go.

By then no replica wraps with the older one, be its file or its clock somewhat behind.
"""


class RotationUnderWay(Refusal):
    """A key waits already to become current."""

    code = "rotation_under_way"
    status = 409
    vi = Words("Đang xoay khóa", "Khóa `{key}` chờ được dùng từ {begins_at}.", "Đợi đến lúc đó rồi xoay tiếp.")
    en = Words("Rotation under way", "The key `{key}` is to be used from {begins_at} on.", "Wait until then.")


class NothingToRetire(Refusal):
    """There is no old wrapping key."""

    code = "nothing_to_retire"
    status = 409
    vi = Words("Không có khóa cũ", "Tệp chỉ có khóa `enc` đang dùng hoặc sắp dùng.", "Xoay khóa trước.")
    en = Words("No old key", "The file has only wrapping keys in use, or to be used.", "Rotate first.")


class KeyStillNeeded(Refusal):
    """Something is wrapped with an old key, or nobody counted it. Taking it out would destroy that."""

    code = "key_still_needed"
    status = 409
    vi = Words(
        "Khóa cũ vẫn còn cần", "Còn {count} khóa dữ liệu được bọc bằng khóa `{key}`.", "Đợi dịch vụ bọc lại xong."
    )
    en = Words("Old key still needed", "{count} data keys are wrapped with `{key}`.", "Wait until none is.")


class KeyNotSettled(Refusal):
    """The newest key has not been current for long: a replica may still wrap with an older one."""

    code = "key_not_settled"
    status = 409
    vi = Words("Khóa mới chưa dùng đủ lâu", "Khóa `{key}` mới được dùng từ {begins_at}.", "Thử lại sau {settled_at}.")
    en = Words("New key not settled", "The key `{key}` is used only since {begins_at}.", "Try after {settled_at}.")


def with_next(file: KeyFile, use: Use, *, now: datetime, begins_at: datetime) -> tuple[KeyFile, StoredKey]:
    """Return the file with a new key that becomes current at an instant, and that key.

    Raises:
        RotationUnderWay: Another one waits for that.
    """
    for key in file.of(use):
        if file.stage(key, now) is Stage.NEXT:
            raise RotationUnderWay(key=key.id, begins_at=key.begins_at)
    added = new_key(use, begins_at)
    return file.with_key(added), added


def without_old(file: KeyFile, *, now: datetime, wrapped: Mapping[str, int]) -> tuple[KeyFile, list[str]]:
    """Return the file without its old wrapping keys, and their ids.

    Keys that signed stay for ever: whoever repeats an old request gets the very same receipt.
    `wrapped` says how many keys of data each key wraps.

    Raises:
        NothingToRetire, KeyNotSettled, KeyStillNeeded: They cannot go.
    """
    old = [key.id for key in file.of(Use.WRAP) if file.stage(key, now) is Stage.OLD]
    if not old:
        raise NothingToRetire
    current = file.current(Use.WRAP, now)
    if current.begins_at is not None and now < current.begins_at + SETTLED:
        raise KeyNotSettled(key=current.id, begins_at=current.begins_at, settled_at=current.begins_at + SETTLED)
    for key_id in old:
        if wrapped.get(key_id, -1) != 0:
            raise KeyStillNeeded(key=key_id, count=wrapped.get(key_id, "?"))
    return file.without(old), old
