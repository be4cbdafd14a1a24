"""A body outside makes a key and opens what it got, by the command or by the one file, without the product."""

from __future__ import annotations

import hmac
import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode, urlsafe_b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from typer.testing import CliRunner

from kernel.clock import SystemClock
from lanhmanh import package_open
from lanhmanh.__main__ import app
from lanhmanh.api import Refused
from lanhmanh.package_open import read_key
from runtime.crypto import ServiceKeys
from runtime.crypto.key_file import new_key_file, parse_key_file
from services.tips.usecases.seal_package import Package, seal_package, sign

NUMBER, TEXT = "TB-60-2025-000001", "Ngọn đèn nhấp nháy mỗi tối."


@pytest.fixture
def keys(tmp_path: Path) -> ServiceKeys:
    """The keys of a service, whose public ones lie in a file as everybody gets them."""
    file = parse_key_file(new_key_file(), tmp_path / "service.json")
    own = ServiceKeys(lambda: file, SystemClock())
    (tmp_path / "keys.json").write_text(json.dumps(own.public()), "utf-8")
    return own


def a_package(public: bytes, keys: ServiceKeys, text: str = TEXT) -> Package:
    receipt = sign(b'{"unit":"60","number":"TB-60-2025-000001"}', keys.signing_key_id, keys)
    return seal_package(NUMBER, {"number": NUMBER, "text": text, "receipt": receipt}, public, keys)


def written(package: Package, path: Path) -> Path:
    said = {"number": package.number, "key": package.fingerprint, "sealed": b64encode(package.sealed).decode()}
    path.write_text(json.dumps(said), "utf-8")
    return path


def asked(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["package", *(str(one) for one in arguments)])


def test_a_key_is_made_once_and_opens_what_was_sealed_to_it(tmp_path: Path, keys: ServiceKeys) -> None:
    file = tmp_path / "court.json"
    made = asked("new-key", file)
    public = b64decode(re.findall(r"\S{43}=", made.output)[0])
    package = written(a_package(public, keys), tmp_path / "package.json")

    shown = asked("open", package, "--key", file, "--keys", tmp_path / "keys.json")
    again = asked("new-key", file)

    assert sha256(public).hexdigest() in made.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert (shown.exit_code, json.loads(shown.stdout)["text"]) == (0, TEXT)
    assert "không phát hiện gì" in shown.stderr
    assert isinstance(again.exception, Refused)
    opened_again = asked("open", package, "--key", file, "--keys", tmp_path / "keys.json")
    assert json.loads(opened_again.stdout)["text"] == TEXT


@pytest.mark.usefixtures("keys")
def test_nothing_is_shown_unchecked_unless_that_is_asked_for_and_then_the_exit_code_tells(tmp_path: Path) -> None:
    file, forger = tmp_path / "court.json", parse_key_file(new_key_file(), tmp_path / "forger.json")
    package_open.new_key(file)
    public = read_key(json.loads(file.read_text("utf-8"))).public_key().public_bytes_raw()
    forged = written(a_package(public, ServiceKeys(lambda: forger, SystemClock())), tmp_path / "forged.json")
    trusted = ("--keys", tmp_path / "keys.json")

    checked = asked("open", forged, "--key", file, *trusted)
    unchecked = asked("open", forged, "--key", file, "--unchecked")

    assert (checked.exit_code, checked.stdout) == (1, "")
    assert "package_signature_broken" in checked.stderr
    assert (unchecked.exit_code, json.loads(unchecked.stdout)["text"]) == (1, TEXT)
    assert "không ai bảo đảm" in unchecked.stderr
    for neither_nor_both in ((), (*trusted, "--unchecked")):
        refused = asked("open", forged, "--key", file, *neither_nor_both)
        assert isinstance(refused.exception, Refused)
        assert "--unchecked" in str(refused.exception)
        assert TEXT not in refused.output


@pytest.mark.parametrize("how", ["--keys", "--unchecked"])
def test_what_was_signed_for_one_tip_is_not_taken_for_another(tmp_path: Path, keys: ServiceKeys, how: str) -> None:
    file = tmp_path / "court.json"
    package_open.new_key(file)
    private = read_key(json.loads(file.read_text("utf-8")))
    package = a_package(private.public_key().public_bytes_raw(), keys)
    signed = package_open.opened({"number": NUMBER, "sealed": b64encode(package.sealed)}, private).signed
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    other = "TB-60-2025-000002"
    info = f"lanhmanh/tips/package/v1/{other}".encode()
    sealed = suite.encrypt(json.dumps(signed).encode(), private.public_key(), info)
    passed_on = written(package._replace(number=other, sealed=sealed), tmp_path / "package.json")

    refused = asked("open", passed_on, "--key", file, how, *([tmp_path / "keys.json"] if how == "--keys" else []))

    assert isinstance(refused.exception, Refused)
    assert "Số tin" in str(refused.exception)
    assert TEXT not in refused.output


def test_what_is_wrong_is_said_and_the_exit_code_tells(tmp_path: Path, keys: ServiceKeys) -> None:
    court, other = tmp_path / "court.json", tmp_path / "other.json"
    package_open.new_key(court)
    package_open.new_key(other)
    public = read_key(json.loads(court.read_text("utf-8"))).public_key().public_bytes_raw()
    package = written(a_package(public, keys), tmp_path / "package.json")
    strange = tmp_path / "strange.json"
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    strange.write_text(json.dumps({"keys": [{"crv": "Ed25519", "kid": "?", "x": b64encode(key).decode()[:-1]}]}))

    unknown_signer = asked("open", package, "--key", court, "--keys", strange)

    assert (unknown_signer.exit_code, "package_signature_broken" in unknown_signer.stderr) == (1, True)
    for wrong in (
        ("open", package, "--key", other, "--unchecked"),
        ("open", package, "--key", package, "--unchecked"),
        ("open", court, "--key", court, "--unchecked"),
        ("open", tmp_path / "nowhere.json", "--key", court, "--unchecked"),
        ("new-key", tmp_path / "nowhere" / "key.json"),
    ):
        refused = asked(*wrong)
        assert isinstance(refused.exception, Refused)
        assert TEXT not in refused.output


def test_the_file_alone_does_the_same(tmp_path: Path, keys: ServiceKeys) -> None:
    alone = tmp_path / "alone" / "package_open.py"
    alone.parent.mkdir()
    alone.write_text(Path(package_open.__file__).read_text("utf-8"), "utf-8")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(alone), *(str(one) for one in arguments)]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=alone.parent)

    made = run("new-key", "court.json")
    public = b64decode(re.findall(r"\S{43}=", made.stdout)[0])
    package = written(a_package(public, keys), tmp_path / "package.json")
    shown = run("open", package, "--key", "court.json", "--keys", tmp_path / "keys.json")
    unchecked = run("open", package, "--key", "court.json", "--unchecked")
    wrong = run("open", package, "--key", "court.json")

    assert (shown.returncode, json.loads(shown.stdout)["text"]) == (0, TEXT)
    assert (unchecked.returncode, json.loads(unchecked.stdout)["text"]) == (1, TEXT)
    assert (wrong.returncode, wrong.stdout) == (1, "")


def test_its_length_does_not_tell_how_much_is_said(keys: ServiceKeys) -> None:
    public = X25519PrivateKey.generate().public_key().public_bytes_raw()

    assert {len(a_package(public, keys, text).sealed) for text in ("Có.", TEXT, TEXT * 30)} == {4096 + 32 + 16}
    assert len(a_package(public, keys, TEXT * 500).sealed) > 4096 + 32 + 16


def test_a_package_is_what_the_document_says_by_the_primitives_of_rfc_9180(keys: ServiceKeys) -> None:
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    package = a_package(public, keys)

    encapsulated, ciphertext = package.sealed[:32], package.sealed[32:]
    shared = private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    kem, suite = b"KEM" + _two(0x20), b"HPKE" + _two(0x20) + _two(0x01) + _two(0x02)
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", encapsulated + public, 32)
    info = f"lanhmanh/tips/package/v1/{NUMBER}".encode()
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    drawn = _extract(suite, secret, b"secret", b"")
    key, nonce = _expand(suite, drawn, b"key", context, 32), _expand(suite, drawn, b"base_nonce", context, 12)

    signed = json.loads(AESGCM(key).decrypt(nonce, ciphertext, b""))
    assert json.loads(signed["statement"])["text"] == TEXT
    [jwk] = [one for one in keys.public()["keys"] if one["kid"] == signed["key_id"]]
    signer = package_open.keys_of({"keys": [jwk]})[signed["key_id"]]
    signer.verify(b64decode(signed["signature"]), signed["statement"].encode())
    assert len(urlsafe_b64decode(str(jwk["x"]) + "==")) == 32


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _extract(suite: bytes, salt: bytes, label: bytes, what: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + what, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # No more than one block of SHA-256 is ever asked for.
    labelled = _two(length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", "sha256")[:length]
