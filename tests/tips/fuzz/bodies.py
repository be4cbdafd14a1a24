"""Bodies that no document describes: damaged JSON, mails as they really come, and lines of which some are none."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from email.message import EmailMessage
from random import Random
from typing import Any

from hypothesis import strategies as st

FRAGMENTS = (
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\ufffe"', '"\\ud83d\\ude00"', '""'),
    *("NaN", "-Infinity", "1e999", "-0.0", "9" * 400, "9" * 5000, "1e-400"),
    *("[" * deep + "]" * deep for deep in (60, 250, 400, 3000)),
    *('{"a":' * deep + "1" + "}" * deep for deep in (60, 250, 400, 3000)),
    *('{"a":1,"a":2}', '{"":{}}', '{"\\ud800":1}', '{"\\u0000":1}', "null", "true", "[]", "{}"),
)
"""JSON that parsers and writers understand differently, or not at all."""
CHARSETS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1258", "utf-7")
_MARK = "b5d1c0de-fuzz"
_CODE = "60"


def damaged_json(body: Any, dice: Random) -> bytes:
    """Return what is nearly what a route asks for: a value is hostile, the end is torn, or the charset is another."""
    text = json.dumps(body)
    match dice.randrange(8):
        case 0:
            return json.dumps(body, ensure_ascii=False).encode(dice.choice(CHARSETS), "ignore")
        case 1:
            return text[: dice.randrange(len(text) + 1)].encode()
        case 2:
            return text.encode() + dice.choice([b"\0", b"\xff", b"}", b",", text.encode()])
        case 3:
            return dice.randbytes(dice.randrange(60))
        case 4:
            return dice.choice(FRAGMENTS).encode()
    return _with_fragment(body, dice)


def _with_fragment(body: Any, dice: Random) -> bytes:
    """Put a fragment in the place of a value, or beside the fields that everybody knows."""
    if not isinstance(body, dict):
        return dice.choice(FRAGMENTS).encode()
    within = dice.choice([body, *(value for value in body.values() if isinstance(value, dict))])
    name = dice.choice([*within, "more", "more"])
    changed = within | {name: _MARK}
    whole = changed if within is body else {key: changed if value is within else value for key, value in body.items()}
    return json.dumps(whole).replace(json.dumps(_MARK), dice.choice(FRAGMENTS)).encode()


def load_of(tip: Any, dice: Random) -> bytes:
    """Return lines of which some are like `tip`, some are damaged and some are none."""
    good = json.dumps(tip | {"unit": _CODE} if isinstance(tip, dict) else tip).encode()
    lines = [
        dice.choice([good, good, damaged_json(tip, dice), dice.choice([b"", b"  ", b"\r", b"[]"])])
        for _ in range(dice.randrange(6))
    ]
    return dice.choice([b"\n", b"\n", b"\r\n"]).join(lines)


def batch_of(mails: Sequence[bytes], dice: Random) -> bytes:
    """Return what a mailbox sends: mails in a batch, a damaged batch, or one bare mail."""
    batch = {"messages": [b64encode(one).decode() for one in mails]}
    match dice.randrange(6):
        case 0:
            return damaged_json(batch, dice)
        case 1:
            return mails[0]
    return json.dumps(batch).encode()


_TEXTS = st.text(max_size=30)
_WORDS = st.sampled_from(
    [
        "=?utf-8?q?=FF=FE?=",
        "=?utf-8?b?####?=",
        "=?x-unknown?q?abc?=",
        "=?utf-8*vi?q?a?=",
        "=?utf-16?b?2AA=?=",
        "Người gác đèn <den@example.vn>, <<>>,, @",
        '"' * 50,
        "a" * 3000,
        "\r\n folded\r\n\tagain",
        "\0",
        "(((((",
        "Mon, 99 Foo 20266 25:61:00 +9999",
    ]
)
_VALUES = st.one_of(_TEXTS, _WORDS)
_TYPES = st.sampled_from(
    [
        "text/plain; charset=utf-8",
        "text/plain; charset=x-unknown",
        "text/plain; charset=\"utf-8'''\"",
        "text/plain; charset*=utf-8''%ff%fe",
        "text/plain; charset=idna",
        "text/plain; charset=utf-7",
        "text/plain; charset=hex",
        "text/plain; charset=undefined",
        "text/html; charset=utf-16",
        "multipart/mixed",
        'multipart/mixed; boundary="b"',
        'multipart/mixed; boundary=""',
        "multipart/alternative; boundary=b; boundary=c",
        "message/rfc822",
        "message/delivery-status",
        "message/partial; number=1; total=2",
        "application/octet-stream; name*0*=utf-8''%e1; name*1=b",
        'image/png; name="=?utf-8?b?/w==?="',
        "/",
        ";",
        "",
    ]
)
_ENCODINGS = st.sampled_from(
    ["base64", "quoted-printable", "x-uuencode", "7bit", "8bit", "binary", "=?utf-8?q?base64?=", ""]
)
_NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Received",
        "Reply-To",
        "Content-Disposition",
        "MIME-Version",
        "X\0",
    ]
)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Return a mail, perhaps broken in each of its parts, perhaps none."""
    kind = draw(st.sampled_from(["made", "written", "written", "written", "nested", "bytes"]))
    match kind:
        case "made":
            return _made(draw(_TEXTS), draw(st.binary(max_size=40)))
        case "written":
            return draw(_written())
        case "nested":
            return _nested(draw(st.sampled_from([2, 20, 120, 400])), draw(st.booleans()))
    return draw(st.binary(max_size=200))


@st.composite
def _written(draw: st.DrawFn) -> bytes:
    named = draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=6))
    described = [("Content-Type", draw(_TYPES)), ("Content-Transfer-Encoding", draw(_ENCODINGS))]
    ends = draw(st.sampled_from(["\r\n", "\n", "\r"]))
    head = ends.join(f"{name}: {value}" for name, value in [*named, *described])
    parts = draw(
        st.lists(
            st.one_of(st.binary(max_size=60), st.sampled_from([b"--b", b"--b--", b"begin 666 x", b"====", b"+2AA-"])),
            max_size=6,
        )
    )
    return (head + ends * 2).encode("utf-8", "surrogatepass") + ends.encode().join(parts)


def _made(text: str, attached: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "den@example.vn", "Tin"
    mail.set_content(text)
    mail.add_attachment(attached, maintype="image", subtype="png", filename="bến.png")
    return mail.as_bytes()


def _nested(depth: int, is_multipart: bool) -> bytes:
    if is_multipart:
        opened = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
        return f"From: a@example.vn\n{opened}Content-Type: text/plain\n\nxin chào".encode()
    return b"From: a@example.vn\n" + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: x\n\ny"
