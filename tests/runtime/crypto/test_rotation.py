"""Keys are rotated in the file while services run: each key is known before it is used, and goes when nothing needs it.

Two replicas share a file, or each has a copy of its own that somebody brings up to date.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kernel.clock import SetClock
from runtime.auth.key_folder import replace_secret_file
from runtime.crypto import ServiceKeys, Vault, key_set
from runtime.crypto.key_file import Stage, Use, new_key_file
from runtime.crypto.key_set import open_keys
from runtime.crypto.rotation import (
    SETTLED,
    KeyNotSettled,
    KeyStillNeeded,
    NothingToRetire,
    RotationUnderWay,
    with_next,
    without_old,
)
from runtime.crypto.vault import KeyUnknown
from tests.key_files import keys_in, rotated
from tests.rig import MORNING

SOON = timedelta(minutes=30)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    path.write_text(new_key_file())
    return path


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_set, "LOOK_SECONDS", 0.0)


def test_the_next_key_is_known_at_once_and_used_from_its_instant_on(file: Path, clock: SetClock) -> None:
    keys = open_keys(file, clock)
    before = {"enc": keys.vault.current, "sig": keys.signing_key_id}

    added = {use.value: rotated(file, use, now=MORNING, begins_at=MORNING + SOON) for use in Use}

    assert {"enc": keys.vault.current, "sig": keys.signing_key_id} == before
    assert added["sig"] in {one["kid"] for one in keys.public()["keys"]}
    assert {one.stage for one in keys.known() if one.id in added.values()} == {Stage.NEXT}
    clock.advance(SOON)
    assert {"enc": keys.vault.current, "sig": keys.signing_key_id} == added
    assert keys.vault.new_key("x").wrapped.startswith(added["enc"])


def test_a_replica_opens_at_once_what_another_one_sealed_with_a_key_that_it_has_not_read(
    file: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = open_keys(file, clock), open_keys(file, clock)
    new = rotated(file, Use.WRAP, now=MORNING)
    signs = rotated(file, Use.SIGN, now=MORNING)
    sealing = one.vault.new_key("lamp")
    signature = one.sign(b"receipt", signs)
    monkeypatch.setattr(key_set, "LOOK_SECONDS", 3600.0)

    assert sealing.wrapped.startswith(new)
    assert other.vault.unwrap(sealing.wrapped, "lamp").open(sealing.seal(b"x", "c"), "c") == b"x"
    assert open_keys(file, clock).sign(b"receipt", signs) == signature


def test_a_replica_whose_file_is_behind_says_so_and_asks_for_patience(
    file: Path, clock: SetClock, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    copy.touch(mode=0o600)
    copy.write_text(file.read_text())
    one, behind = open_keys(file, clock), open_keys(copy, clock)
    signs = rotated(file, Use.SIGN, now=MORNING)
    rotated(file, Use.WRAP, now=MORNING)
    wrapped = one.vault.new_key("lamp").wrapped

    with pytest.raises(KeyUnknown) as unknown:
        behind.vault.unwrap(wrapped, "lamp")
    with pytest.raises(KeyUnknown):
        behind.sign(b"receipt", signs)
    assert (unknown.value.status, unknown.value.facts["retry_after"]) == (503, 30)
    copy.write_text(file.read_text())
    assert behind.vault.unwrap(wrapped, "lamp").wrapped == wrapped


def test_a_mounted_secret_is_changed_by_turning_its_link(file: Path, clock: SetClock, tmp_path: Path) -> None:
    link, newer = tmp_path / "mounted.json", tmp_path / "newer.json"
    link.symlink_to(file)
    keys = open_keys(link, clock)
    newer.touch(mode=0o440)
    changed, added = with_next(keys_in(file), Use.WRAP, now=MORNING, begins_at=MORNING)
    replace_secret_file(newer, changed.text())

    (tmp_path / "turned").symlink_to(newer)
    (tmp_path / "turned").replace(link)

    assert keys.vault.current == added.id


def test_what_was_signed_before_is_signed_the_same_for_ever(file: Path, clock: SetClock) -> None:
    keys = open_keys(file, clock)
    old = keys.signing_key_id
    signature = keys.sign(b"receipt", old)

    rotated(file, Use.SIGN, now=MORNING)

    assert keys.signing_key_id != old
    assert keys.sign(b"receipt", old) == signature


@pytest.mark.parametrize("text", ["", '{"keys": [', new_key_file()])
def test_a_file_that_cannot_be_right_changes_nothing(text: str, file: Path, clock: SetClock) -> None:
    keys, good = open_keys(file, clock), file.read_text()
    key, signs = keys.vault.new_key("lamp"), keys.signing_key_id

    file.write_text(text)
    assert keys.vault.unwrap(key.wrapped, "lamp").wrapped == key.wrapped
    assert keys.signing_key_id == signs
    file.unlink()
    assert keys.vault.new_key("lamp").wrapped.partition(".")[0] == key.wrapped.partition(".")[0]

    file.touch(mode=0o600)
    file.write_text(good)
    assert rotated(file, Use.WRAP, now=MORNING) == keys.vault.current


def test_a_key_of_data_is_wrapped_again_and_opens_what_it_sealed(file: Path, clock: SetClock) -> None:
    keys = open_keys(file, clock)
    key = keys.vault.new_key("lamp")
    sealed = key.seal(b"The lamp is out.", "c")
    new = rotated(file, Use.WRAP, now=MORNING)

    again = keys.vault.wrap_again(key.wrapped, "lamp")

    assert again.startswith(f"{new}.")
    alone = Vault({new: keys_in(file).of(Use.WRAP)[-1].wrapping_key()})
    assert alone.unwrap(again, "lamp").open(sealed, "c") == b"The lamp is out."


def test_one_key_waits_at_a_time(file: Path) -> None:
    rotated(file, Use.WRAP, now=MORNING, begins_at=MORNING + SOON)

    with pytest.raises(RotationUnderWay):
        rotated(file, Use.WRAP, now=MORNING)


def test_an_old_key_goes_once_nothing_needs_it(file: Path, clock: SetClock) -> None:
    keys = open_keys(file, clock)
    old, signed = keys.vault.current, keys.signing_key_id
    later = MORNING + SETTLED
    with pytest.raises(NothingToRetire):
        without_old(keys_in(file), now=MORNING, wrapped={old: 0})
    new = rotated(file, Use.WRAP, now=MORNING)
    rotated(file, Use.SIGN, now=MORNING)

    with pytest.raises(KeyNotSettled):
        without_old(keys_in(file), now=later - timedelta(seconds=1), wrapped={old: 0, new: 7})
    for wrapped in ({old: 1, new: 6}, {new: 7}):
        with pytest.raises(KeyStillNeeded):
            without_old(keys_in(file), now=later, wrapped=wrapped)
    left, gone = without_old(keys_in(file), now=later, wrapped={old: 0, new: 7})

    assert gone == [old]
    assert [key.id for key in left.of(Use.WRAP)] == [new]
    assert signed in {key.id for key in left.of(Use.SIGN)}


def test_a_retired_key_is_forgotten_by_those_who_run(file: Path, clock: SetClock) -> None:
    keys: ServiceKeys = open_keys(file, clock)
    key = keys.vault.new_key("lamp")
    rotated(file, Use.WRAP, now=MORNING)
    keys.vault.new_key("lamp")

    left, _ = without_old(keys_in(file), now=MORNING + SETTLED, wrapped={keys.known()[0].id: 0})
    replace_secret_file(file, left.text())
    keys.vault.new_key("lamp")

    with pytest.raises(KeyUnknown):
        keys.vault.unwrap(key.wrapped, "lamp")
