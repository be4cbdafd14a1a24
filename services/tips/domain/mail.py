"""Read an e-mail that reached the mailbox for tips: what it says, and apart from that, who sent it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

_SAID = ("subject", "date")
"""Headers that say what it is about. All others may show who sent it, and from where."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in two parts that are sealed apart."""

    content: dict[str, Any]
    informant: dict[str, Any]


def read_mail(raw: bytes) -> Mail | None:
    """Return what a mail says (RFC 5322, MIME), or None if it is none.

    What is damaged is read as far as it goes: unknown character sets and broken encodings become what can be shown of
    them. The raw bytes stay whole beside the informant, for they hold both.
    """
    try:
        message = message_from_bytes(raw, policy=default)
        headers = {name.lower(): str(value) for name, value in message.items()}
        texts, attachments = list(_texts(message)), list(_attachments(message))
    except (LookupError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        # The parser of the standard library has names for few of its failures.
        return None
    if not headers.keys() & {"from", "subject", "date", "received", "message-id"}:
        return None
    said = {name: headers[name] for name in _SAID if name in headers}
    content: dict[str, Any] = {**said, "text": "\n\n".join(texts), "attachments": attachments}
    others = {name: value for name, value in headers.items() if name not in _SAID}
    return Mail(content, {"headers": others, "raw": b64encode(raw).decode()})


def _texts(message: Message[Any, Any]) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            yield _text(part)


def _text(part: Message[Any, Any]) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _attachments(message: Message[Any, Any]) -> Iterator[dict[str, str]]:
    for part in message.walk():
        if part.is_multipart() or (part.get_content_maintype() == "text" and not part.get_filename()):
            continue
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        yield {"name": part.get_filename() or "", "type": part.get_content_type(), "data": b64encode(data).decode()}
