"""A service's key file: made for its owner alone, read again as it was, refused when others can read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from kernel.clock import SetClock
from runtime.auth.key_folder import KeyFileExposed
from runtime.crypto.key_file import KeyFileInvalid, new_key_file
from runtime.crypto.key_set import ensure_keys, open_keys
from tests.rig import MORNING

CLOCK = SetClock(MORNING)


def test_a_file_is_made_once_and_opens_what_it_sealed(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "tips-keys.json"
    first = ensure_keys(file, CLOCK)
    key = first.vault.new_key("lamp/1")

    again = ensure_keys(file, CLOCK)

    assert file.stat().st_mode & 0o777 == 0o600
    assert again.signing_key_id == first.signing_key_id
    assert again.vault.unwrap(key.wrapped, "lamp/1").open(key.seal(b"x", "c"), "c") == b"x"


def test_a_signature_is_checked_with_the_public_key_which_tells_nothing_of_the_private_one(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "tips-keys.json", CLOCK)

    (public,) = keys.public()["keys"]

    signature = keys.sign(b"statement", keys.signing_key_id)
    OKPKey.import_key(public).public_key.verify(signature, b"statement")  # type: ignore[union-attr]
    assert signature == keys.sign(b"statement", keys.signing_key_id)
    assert "d" not in public


def test_the_first_key_for_a_use_is_current_and_older_ones_still_sign(tmp_path: Path) -> None:
    old, new = (json.loads(new_key_file())["keys"] for _ in range(2))
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [*new, *old]}))
    file.chmod(0o600)

    keys = open_keys(file, CLOCK)

    assert keys.signing_key_id == new[1]["kid"]
    assert keys.vault.new_key("x").wrapped.startswith(new[0]["kid"])
    assert len(keys.sign(b"statement", old[1]["kid"])) == 64


def test_a_mounted_file_may_be_read_by_the_group_and_by_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(new_key_file())
    file.chmod(0o440)
    open_keys(file, CLOCK)

    file.chmod(0o444)

    with pytest.raises(KeyFileExposed):
        open_keys(file, CLOCK)


def test_a_file_that_was_made_here_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    ensure_keys(file, CLOCK)
    file.chmod(0o640)

    with pytest.raises(KeyFileExposed):
        ensure_keys(file, CLOCK)


@pytest.mark.parametrize("text", ["", "{}", '{"keys": []}', '{"keys": [{"use": "enc"}]}', "[1]"])
def test_a_file_without_keys_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(KeyFileInvalid, match=r"keys\.json"):
        open_keys(file, CLOCK)
