"""Whatever bytes come as a mail, it is read or it is none: the parser never fails."""

from __future__ import annotations

from base64 import b64decode
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.tips.domain.mail import read_mail

LINES = st.lists(
    st.sampled_from(
        [
            b"From: a@example.vn",
            b"Subject: =?utf-8?b?w6nDqQ=?=",
            b"Subject: =?x-unknown?q?=FF?=",
            b"Content-Type: text/plain; charset=x-unknown",
            b"Content-Type: text/plain; charset=\xff",
            b"Content-Type: multipart/mixed; boundary=b",
            b"Content-Type: multipart/mixed",
            b"Content-Type: message/rfc822",
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: x-none",
            b"Content-Disposition: attachment; filename*=utf-8''%FF%00",
            b"Date: not a day",
            b"To: <<<>>>,,;:@",
            b"--b",
            b"--b--",
            b"",
            b"=FF=0",
            b"\0\0\0",
            b"C\xc3\xb3 tin",
        ]
    ),
    max_size=12,
).map(b"\r\n".join)


@given(LINES | st.binary(max_size=300))
@example(b"Subject: a\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+AAA")
def test_a_mail_is_read_or_is_none_whatever_it_is(raw: bytes) -> None:
    mail = read_mail(raw)

    assert mail is None or b64decode(mail.informant["raw"]) == raw


@pytest.mark.parametrize("charset", ["utf-8", "windows-1258", "utf-16"])
def test_text_is_read_by_its_own_character_set(charset: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Tin"
    mail.set_content("Có tin.".encode(charset), "text", "plain", params={"charset": charset})

    read = read_mail(mail.as_bytes())

    assert read is not None
    assert read.content["text"].strip() == "Có tin.".encode(charset).decode(charset)
