"""Save the memory in a local file, and map it at the next start: what changed since then is read from the database.

The arrays are not read but mapped, each page when it is first needed, and what is written to them stays in the process.
The rest is pickled. A file of another version of the code, or that is not whole, is as none.
"""

from __future__ import annotations

import gc
import hashlib
import io
import mmap
import os
import pickle
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import numpy as np

import contracts
import kernel
from kernel.units import Succession, Unit, UnitTree
from kernel.units.layout import Layout
from kernel.units.tree import Kept
from services import reports
from services.reports.board.memory import Memory

_MAGIC: Final = b"lanhmanh board 1\n"
_PAGE: Final = mmap.PAGESIZE
_OTHERS_MAY_WRITE: Final = 0o022


class NotSaved(Exception):
    """There is no file that this code could go on with."""


def save(memory: Memory, file: Path) -> None:
    """Write a memory, in the place of what the file had before.

    Raises:
        OSError: It cannot be written; what it had before stays.
    """
    arrays: list[pickle.PickleBuffer] = []
    stream = io.BytesIO()
    _Pickler(stream, arrays).dump(memory)
    raw = [array.raw() for array in arrays]
    sizes = [stream.tell(), *(array.nbytes for array in raw)]
    head = _MAGIC + _digest() + struct.pack(f"<{1 + len(sizes)}q", len(sizes), *sizes)
    new = file.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for part in (memoryview(head), stream.getbuffer(), *raw):
                out.write(part)
                out.write(bytes(-out.tell() % _PAGE))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def restored(file: Path) -> Memory:
    """Return the memory that was saved.

    Raises:
        NotSaved: None was, or by other code, or by another user, or it is broken.
    """
    try:
        with file.open("rb") as saved:
            about = os.fstat(saved.fileno())
            if about.st_uid != os.geteuid() or about.st_mode & _OTHERS_MAY_WRITE:
                raise NotSaved(f"others may write to {file}")
            mapped = mmap.mmap(saved.fileno(), 0, access=mmap.ACCESS_COPY)
        stream, *arrays = _parts(memoryview(mapped))
        with _no_garbage():
            memory = _Unpickler(io.BytesIO(stream), buffers=arrays).load()
    except Exception as error:
        # What reading a broken file leads to, nobody can list.
        raise NotSaved(f"{file}: {error}") from error
    assert isinstance(memory, Memory)  # noqa: S101 - nothing else is written
    return memory


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Keep the collector from going through what is being made, again and again; and later, since it stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _parts(mapped: memoryview) -> Sequence[memoryview]:
    head = _MAGIC + _digest()
    if mapped[: len(head)] != head:
        raise NotSaved("it was saved by other code")
    begin = len(head)
    (many,) = struct.unpack_from("<q", mapped, begin)
    sizes = struct.unpack_from(f"<{many}q", mapped, begin + 8)
    begin += 8 * (1 + many)
    parts = []
    for size in sizes:
        begin += -begin % _PAGE
        parts.append(mapped[begin : begin + size])
        begin += size
    if begin > len(mapped):
        raise NotSaved("its end is missing")
    return parts


class _Pickler(pickle.Pickler):
    """Leaves arrays aside, and writes the tens of thousands of units in a form that is read ten times as fast."""

    def __init__(self, stream: io.BytesIO, arrays: list[pickle.PickleBuffer]) -> None:
        super().__init__(stream, protocol=5, buffer_callback=arrays.append)

    def reducer_override(self, one: Any) -> Any:
        if isinstance(one, UnitTree):
            units, successions, *others = one.kept
            return _tree_of, (_UNITS.encode((units, successions)), *others)
        if isinstance(one, UUID):
            # A driver has its own kind.
            return UUID, (None, one.bytes)
        if isinstance(one, np.ndarray) and one.dtype == object:
            raise TypeError("objects have no place in arrays")
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Makes nothing that is not ours, or plain data."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _PACKAGES and (module, name) not in _BUILT_IN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in it")
        return super().find_class(module, name)


_PACKAGES: Final = {"array", "collections", "contracts", "datetime", "kernel", "numpy", "runtime", "services", "uuid"}
_BUILT_IN: Final = {("builtins", name) for name in ("dict", "frozenset", "list", "set")}
_UNITS: Final = msgspec.msgpack.Encoder(uuid_format="bytes")
_TREE: Final = msgspec.msgpack.Decoder(tuple[list[Unit], tuple[Succession, ...]])


def _tree_of(encoded: bytes, changes: list[date], layouts: dict[int, Layout]) -> UnitTree:
    return UnitTree.from_kept(Kept(*_TREE.decode(encoded), changes, layouts))


@cache
def _digest() -> bytes:
    """Return the digest of all source that says how a memory is made up."""
    folders = [Path(one) for package in (contracts, kernel, reports) for one in package.__path__]
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()
