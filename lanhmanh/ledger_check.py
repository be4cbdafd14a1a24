# /// script
# requires-python = ">=3.11"
# dependencies = ["cryptography"]
# ///
"""Check the ledger of tips without the product: copy this one file, it imports nothing of it.

    python ledger_check.py export ledger.ndjson --keys keys.json --receipt receipt.json --heads heads.json
    python ledger_check.py receipt receipt.json --proof inclusion.json --keys keys.json
    python ledger_check.py heads consistency.json --keys keys.json

What is checked: a leaf is SHA-256 over salt, number, digest and instant of receipt, each with its length (8 bytes)
before it; a unit's chain is SHA-256 over the chain before and the leaf, written alike; heads hold the root of a Merkle
tree over the leaves (RFC 9162); heads and receipts are signed with Ed25519 over the bytes of their `statement`. Keep
keys and heads that you once got: whoever holds the ledger can hand out new ones, but not make them agree with yours.
The exit code is 1 if anything was found, and each finding says what, and where.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Said = Mapping[str, Any]
Keys = Mapping[str, Ed25519PublicKey]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GENESIS = bytes(32)


class Finding(NamedTuple):
    """Something that is not as it must be."""

    code: str
    where: str
    words: str


@dataclass
class Ledger:
    """An export as it is read, entry by entry: what was found so far, and what the next entry must go on from."""

    findings: list[Finding] = field(default_factory=list)
    entries: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    """Root of the tree at those sizes that were asked for."""
    leaves: dict[str, set[str]] = field(default_factory=dict)
    """Leaves by number."""
    _peaks: list[tuple[int, bytes]] = field(default_factory=list)
    """The perfect subtrees so far: level and hash."""
    _chains: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _last: dict[tuple[str, str], int] = field(default_factory=dict)
    """Last number of each unit and series: a code may be used again by another unit."""

    def find(self, code: str, where: object, words: str) -> None:
        """Keep a finding."""
        self.findings.append(Finding(code, str(where), words))

    def take(self, entry: Said, wanted: frozenset[int]) -> None:
        """Take the next entry, and note the roots of the sizes that are wanted."""
        position = entry["position"]
        if position > self.entries + 1:
            gone = f"{self.entries + 1}" if position == self.entries + 2 else f"{self.entries + 1}..{position - 1}"
            self.find("entry_missing", gone, "bị lấy khỏi sổ")
        elif position <= self.entries:
            self.find("entry_twice", position, "vị trí này đã có một mục khác")
        self.entries = max(position, self.entries)
        leaf = bytes.fromhex(entry["leaf"])
        self._grow(leaf)
        if position in wanted:
            self.roots[position] = _root(self._peaks)
        if entry["number"] is not None:
            self._take_open(entry, leaf)

    def _take_open(self, entry: Said, leaf: bytes) -> None:
        number, unit = entry["number"], entry["unit_id"]
        if leaf != _leaf_of(entry):
            self.find("leaf_changed", number, "số, thời điểm, muối hoặc mã băm của tin đã bị sửa")
        if entry["held"] not in {None, entry["digest"]}:
            self.find("content_changed", number, "nội dung đang giữ không phải nội dung đã tiếp nhận")
        if entry["held"] is None:
            self.find("content_missing", number, "nội dung đã niêm không còn được giữ")
        before, chain = self._chains.get(unit, (0, _GENESIS))
        if entry["entry"] != before + 1:
            self.find("unit_entry_missing", number, f"sổ của đơn vị nhảy từ mục {before} đến mục {entry['entry']}")
        elif bytes.fromhex(entry["chain"]) != _hash(chain, leaf):
            self.find("chain_broken", number, "không nối tiếp mục trước của đơn vị")
        self._chains[unit] = entry["entry"], bytes.fromhex(entry["chain"])
        self._take_number(unit, number)
        self.leaves.setdefault(number, set()).add(entry["leaf"])

    def _take_number(self, unit: str, number: str) -> None:
        series, _, place = number.rpartition("-")
        expected = self._last.get((unit, series), 0) + 1
        if int(place) != expected:
            self.find("number_missing", f"{series}-{expected:06d}", f"số kế tiếp là {number}")
        self._last[unit, series] = int(place)

    def _grow(self, leaf: bytes) -> None:
        level, node = 0, sha256(b"\0" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == level:
            node = _node(self._peaks.pop()[1], node)
            level += 1
        self._peaks.append((level, node))


def check_export(
    lines: Iterable[Said], *, keys: Keys | None = None, heads: Iterable[Said] = (), receipts: Iterable[Said] = ()
) -> Ledger:
    """Check an export, line by line: keys and heads, then entries; and with them signed heads and receipts.

    `keys` are those that the checker trusts; by default those of the export. `heads` were got before.
    """
    begins, entries = _begin(iter(lines))
    ledger = Ledger()
    trusted = keys_of({"keys": [one for one in begins if one["kind"] == "key"]}) if keys is None else keys
    signed = _signed_heads(ledger, [*heads, *(one for one in begins if one["kind"] == "head")], trusted)
    wanted = frozenset(signed)
    for entry in entries:
        ledger.take(entry, wanted)
    _compare_heads(ledger, signed)
    for receipt in receipts:
        _compare_receipt(ledger, receipt, trusted)
    return ledger


def check_receipt(receipt: Said, proof: Said, keys: Keys) -> list[Finding]:
    """Check a receipt, and the proof that its tip is below a signed head."""
    ledger = Ledger()
    said = _statement(ledger, "receipt", receipt, receipt["number"], keys)
    head = _statement(ledger, "head", proof["head"], proof["head"]["entries"], keys)
    path = [bytes.fromhex(one) for one in proof["path"]]
    size, root = head["entries"], bytes.fromhex(head["root"])
    if not is_included(bytes.fromhex(said["leaf"]), proof["position"] - 1, size, path, root):
        ledger.find("not_included", said["number"], f"bằng chứng không dẫn tới bản niêm phong {size} mục")
    return ledger.findings


def check_heads(proof: Said, keys: Keys) -> list[Finding]:
    """Check that one signed head goes on from another."""
    ledger = Ledger()
    first, second = (_statement(ledger, "head", proof[name], proof[name]["entries"], keys) for name in _BOTH)
    roots = bytes.fromhex(first["root"]), bytes.fromhex(second["root"])
    path = [bytes.fromhex(one) for one in proof["path"]]
    if not is_consistent(first["entries"], second["entries"], roots, path):
        where = f"{first['entries']}..{second['entries']}"
        ledger.find("not_consistent", where, "bản sau không nối tiếp bản trước: sổ đã bị sửa hoặc bị rẽ nhánh")
    return ledger.findings


def keys_of(jwks: Said) -> Keys:
    """Return the keys of a JWK set (RFC 7517, 8037) by their ids."""
    ours = (key for key in jwks["keys"] if key.get("crv") == "Ed25519")
    return {key["kid"]: Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "==")) for key in ours}


_BOTH = ("first", "second")


def _begin(lines: Iterator[Said]) -> tuple[list[Said], Iterator[Said]]:
    """Return what stands before the entries, and the entries."""
    begins: list[Said] = []
    for line in lines:
        if line["kind"] == "entry":
            return begins, chain([line], lines)
        begins.append(line)
    return begins, iter(())


def _signed_heads(ledger: Ledger, heads: Iterable[Said], keys: Keys) -> dict[int, bytes]:
    """Return the root of each size by what is signed. Two heads of one size must say the same."""
    roots: dict[int, bytes] = {}
    for head in heads:
        said = _statement(ledger, "head", head, head["entries"], keys)
        root = bytes.fromhex(said["root"])
        if roots.setdefault(said["entries"], root) != root:
            ledger.find("fork", said["entries"], "hai bản niêm phong đã ký cho cùng một số mục nói khác nhau")
    return roots


def _compare_heads(ledger: Ledger, signed: Mapping[int, bytes]) -> None:
    agreed = 0
    for entries in sorted(signed):
        if entries > ledger.entries:
            where = f"{ledger.entries + 1}..{entries}"
            ledger.find("truncated", where, f"sổ chỉ còn {ledger.entries} mục, đã niêm phong {entries}")
            return
        if ledger.roots.get(entries) != signed[entries]:
            ledger.find("root_differs", f"{agreed + 1}..{entries}", "các mục này không còn như khi niêm phong")
            return
        agreed = entries


def _compare_receipt(ledger: Ledger, receipt: Said, keys: Keys) -> None:
    said = _statement(ledger, "receipt", receipt, receipt["number"], keys)
    leaves = ledger.leaves.get(said["number"])
    if leaves is None:
        ledger.find("receipt_missing", said["number"], "có biên nhận đã ký nhưng không có trong sổ")
    elif said["leaf"] not in leaves:
        ledger.find("receipt_differs", said["number"], "mục trong sổ không phải mục trên biên nhận đã ký")


def _statement(ledger: Ledger, what: str, signed: Said, where: object, keys: Keys) -> Said:
    """Return what is signed, word for word; that the signature is broken is a finding."""
    key = keys.get(signed["key_id"])
    if key is None:
        ledger.find(f"{what}_key_unknown", where, f"không biết khóa {signed['key_id']}")
    else:
        try:
            key.verify(b64decode(signed["signature"]), signed["statement"].encode())
        except InvalidSignature:
            ledger.find(f"{what}_signature_broken", where, "chữ ký không đúng")
    said: Said = json.loads(signed["statement"])
    return said


def _leaf_of(entry: Said) -> bytes:
    received_at = (datetime.fromisoformat(entry["received_at"]) - _EPOCH) // timedelta(microseconds=1)
    salt, digest = bytes.fromhex(entry["salt"]), bytes.fromhex(entry["digest"])
    return _hash(salt, entry["number"].encode(), digest, received_at.to_bytes(8, "big", signed=True))


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _root(peaks: Sequence[tuple[int, bytes]]) -> bytes:
    node = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        node = _node(left, node)
    return node


def is_included(leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path proves that a leaf is at a place (from 0 on) of the tree with a root (RFC 9162, 2.1.3)."""
    if not 0 <= place < size:
        return False
    try:
        return _climbed(leaf, place, size, list(path)) == root
    except IndexError:
        return False


def _climbed(leaf: bytes, place: int, size: int, path: list[bytes]) -> bytes:
    if size == 1:
        if path:
            raise IndexError
        return sha256(b"\0" + leaf).digest()
    half, other = 1 << (size - 1).bit_length() - 1, path.pop()
    if place < half:
        return _node(_climbed(leaf, place, half, path), other)
    return _node(other, _climbed(leaf, place - half, size - half, path))


def is_consistent(first: int, size: int, roots: tuple[bytes, bytes], path: Sequence[bytes]) -> bool:
    """Say whether a path proves that the tree of the second root goes on from that of the first (RFC 9162, 2.1.4)."""
    if not 0 < first <= size:
        return False
    left_over = list(path)
    try:
        return _both(first, size, left_over, roots[0]) == roots and not left_over
    except IndexError:
        return False


def _both(first: int, size: int, path: list[bytes], whole: bytes | None) -> tuple[bytes, bytes]:
    """Return the old and the new hash of a part of the tree; `whole` is that of all old leaves, if it begins there."""
    if first == size:
        node = path.pop() if whole is None else whole
        return node, node
    half, other = 1 << (size - 1).bit_length() - 1, path.pop()
    if first <= half:
        old, new = _both(first, half, path, whole)
        return old, _node(new, other)
    old, new = _both(first - half, size - half, path, None)
    return _node(other, old), _node(other, new)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> Iterator[Said]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, print the findings, and return the exit code."""
    parser = argparse.ArgumentParser(description="Kiểm tra sổ tiếp nhận tin, không cần hệ thống.")
    commands = parser.add_subparsers(dest="what", required=True)
    export, receipt, heads = (commands.add_parser(name) for name in ("export", "receipt", "heads"))
    for command in (export, receipt, heads):
        command.add_argument("file", type=Path)
        command.add_argument("--keys", type=Path, required=command is not export)
    export.add_argument("--receipt", type=Path, action="append", default=[])
    export.add_argument("--heads", type=Path)
    receipt.add_argument("--proof", type=Path, required=True)
    given = parser.parse_args(arguments)
    keys = None if given.keys is None else keys_of(_read(given.keys))
    if given.what == "export":
        saved = [] if given.heads is None else _read(given.heads)
        ledger = check_export(
            _lines(given.file), keys=keys, heads=saved, receipts=[_read(one) for one in given.receipt]
        )
        return report(ledger.findings, f"{ledger.entries} mục")
    assert keys is not None  # noqa: S101 - the parser asks for them
    if given.what == "receipt":
        return report(check_receipt(_read(given.file), _read(given.proof), keys), "biên nhận")
    return report(check_heads(_read(given.file), keys), "hai bản niêm phong")


def report(findings: Sequence[Finding], checked: str) -> int:
    """Print what was found, and return the exit code."""
    for finding in findings:
        print(f"{finding.code} {finding.where}: {finding.words}")
    print(f"Đã kiểm tra {checked}: " + ("không phát hiện gì." if not findings else f"{len(findings)} phát hiện."))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
