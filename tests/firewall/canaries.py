"""Strings that are told in confidence, and a search for them in everything that a product leaves behind."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from os.path import commonprefix
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kernel.clock import SystemClock
from lanhmanh.api import development_token, scopes_of
from lanhmanh.folder import Folder
from lanhmanh.hotline import signed
from lanhmanh.package_open import opened
from runtime.webhooks.incoming import DEVELOPMENT_SENDER

WHERE_TOLD = (
    "tip", "informant", "officer", "officers-informant", "note", "unreadable", "person", "evidence", "reason",
    "refused-tip", "refused-case", "form", "village", "mail", "mail-sender", "no-mail", "to-unit", "to-informant",
    "disclosure", "forwarded",
)  # fmt: skip
"""What is told in confidence, and where."""


def canary(name: str) -> str:
    """Return a string that nothing else contains. Letters and digits only: JSON and URLs write it as it is."""
    return f"canary{name.replace('-', '')}{secrets.token_hex(8)}"


def traces(text: str) -> list[bytes]:
    """Return a string as it would stand in a file: as text, in wide characters, in hex, and in base64 at any place."""
    plain = text.encode()
    # Base64 without its first and last characters, which depend on the neighbours.
    shifted = [b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, text.encode("utf-16-le"), plain.hex().encode(), *shifted]


def found_below(folder: Path, texts: Iterable[str]) -> dict[str, set[str]]:
    """Return which of some strings stand in which files below a folder, whatever these are: databases, topics, logs."""
    wanted = {text: traces(text) for text in texts}
    begins = _beginnings(wanted)
    found: dict[str, set[str]] = {}
    for file in (path for path in sorted(folder.rglob("*")) if path.is_file()):
        content = file.read_bytes()
        # Most files have none of them: that is seen a dozen times as soon by what many begin with.
        near = any(begin in content for begin in begins)
        hits = {text for text, marks in wanted.items() if near and any(mark in content for mark in marks)}
        if hits:
            found[file.relative_to(folder).as_posix()] = hits
    return found


def _beginnings(wanted: Mapping[str, Sequence[bytes]]) -> set[bytes]:
    """Return what traces begin with, alike for texts that begin alike: where a trace is, its beginning is."""
    alike = groupby(sorted(wanted), key=lambda text: text[:6])
    alike_each = (same for _, texts in alike for same in zip(*(wanted[text] for text in texts), strict=True))
    return {commonprefix(same) for same in alike_each}  # noqa: RUF071 - of bytes, not of paths


@dataclass
class Confidant:
    """Tells a running product everything in confidence, rightly and wrongly, and keeps what it answers."""

    url: str
    data: Path
    canaries: dict[str, str] = field(default_factory=lambda: {name: canary(name) for name in WHERE_TOLD})
    answers: list[str] = field(default_factory=list)
    """Every answer, but those to whoever may read the content."""
    numbers: Iterator[int] = field(default_factory=lambda: count(secrets.randbelow(2**40)))
    """Of requests and plans: whoever tells the same cluster in another process has others."""

    def tell_tips(self) -> None:
        """Send, enter, classify, note, and get things wrong."""
        told = self.canaries
        self._hotline({"unit": "68", "content": _content(told["tip"]), "informant": {"name": told["informant"]}})
        self._hotline({"unit": "68", "unexpected": told["unreadable"]})
        entered = {"unit": "68", "channel": "phone", "content": _content(told["officer"])}
        tip = self._create("/v1/tips", "tips", entered | {"informant": {"phone": told["officers-informant"]}})
        path = f"/v1/tips/{tip['tip_id']}"
        self._step(f"{path}/classify", path, "tips", {"category": "feedback", "note": told["note"]})
        assert told["officer"] in self._request("GET", f"{path}/content", "tips").text
        self._create(f"{path}/messages", "tips", {"text": told["to-informant"]})
        self._create(f"{path}/disclosures", "tips", {"reason": told["disclosure"]})
        self._forward(path)
        self._create("/v1/tips", "tips", {"unit": "68", "channel": "village", "content": _content(told["village"])})
        self._tell_without_a_name()
        self._send_mails()
        for wrong in (
            {"unit": "68", "channel": told["refused-tip"], "content": _content(told["refused-tip"])},
            {"unit": "99999", "channel": "phone", "content": _content(told["refused-tip"])},
            {"unit": "68", "channel": "phone", "content": {"place": told["refused-tip"]}},
        ):
            self._refused("/v1/tips", "tips", wrong)
        body = json.dumps({"content": _content(told["refused-tip"])}).encode()
        answer = httpx.post(f"{self.url}/v1/tips/hotline/{DEVELOPMENT_SENDER}", content=body)
        self._keep(answer, refused=True)

    def _forward(self, path: str) -> None:
        """Have a tip sealed for a court, and nobody else."""
        court = X25519PrivateKey.generate()
        key = b64encode(court.public_key().public_bytes_raw()).decode()
        body = self._create("/v1/tips/bodies", "tips", {"unit": "68", "name": "Tòa án", "public_key": key})
        said = {"body_id": body["body_id"], "text": self.canaries["forwarded"], "ground": "TTLT 01/2017"}
        package = self._step(f"{path}/packages", path, "tips", said)
        assert opened(package, court).said["text"] == self.canaries["forwarded"]

    def _tell_without_a_name(self) -> None:
        """Send the form, and write with the code, which stands nowhere either."""
        told, key = self.canaries, {"Idempotency-Key": str(uuid4())}
        form = httpx.post(f"{self.url}/v1/tips/form", json={"content": _content(told["form"])}, headers=key)
        code = form.json()["follow_up_code"]
        told["code"] = code.replace("-", "")
        self._keep(form)
        own = {"Follow-Up-Code": code, "Idempotency-Key": str(uuid4())}
        message = {"text": told["to-unit"]}
        self._keep(httpx.post(f"{self.url}/v1/tips/follow-up/messages", json=message, headers=own))
        assert told["to-unit"] in httpx.get(f"{self.url}/v1/tips/follow-up", headers=own).text
        wrong = {"Follow-Up-Code": f"{told['refused-tip']}"}
        self._keep(httpx.get(f"{self.url}/v1/tips/follow-up", headers=wrong), refused=True)

    def _send_mails(self) -> None:
        told = self.canaries
        mail = f"From: {told['mail-sender']}@example.vn\r\nSubject: Tin\r\n\r\n{told['mail']}\r\n"
        raw = [b64encode(one.encode()).decode() for one in (mail, told["no-mail"])]
        self._post_signed("mailbox", {"messages": raw})

    def tell_support(self) -> None:
        """Open a case, decide, consent, refer, and get things wrong."""
        told = self.canaries
        offer = {"organization_name": "Trạm", "name": "Tư vấn", "provider": "68.SYT", "needs": ["psychological"]}
        service = self._create("/v1/support-services", "referrals", offer | {"enforcement_independent": True})
        case = {
            "group": "person_who_sells_sex",
            "unit": "22945",
            "holder": "68.SYT",
            "person": {"name": told["person"]},
        }
        path = f"/v1/support-cases/{self._create('/v1/support-cases', 'referrals', case)['case_id']}"
        need = self._create(f"{path}/needs", "referrals", {"kind": "psychological"})
        decision = {"positive": True, "reason": told["reason"]}
        self._create(f"{path}/needs/{need['need_id']}/decisions", "referrals", decision)
        named = {"case_id": path.rpartition("/")[2], "need_id": need["need_id"], "service_id": service["service_id"]}
        self._refused("/v1/referrals", "referrals", named)
        consent = {"service_id": service["service_id"], "evidence": told["evidence"]}
        self._create(f"{path}/consents", "referrals", consent)
        self._create("/v1/referrals", "referrals", named)
        assert told["person"] in self._request("GET", f"{path}/person", "referrals").text
        for wrong in (
            case | {"group": told["refused-case"]},
            case | {"unit": "99999", "person": {"name": told["refused-case"]}},
            case | {"holder": "68.CA", "person": {"name": told["refused-case"]}},
        ):
            self._refused("/v1/support-cases", "referrals", wrong)
        self._refused(f"{path}/consents", "referrals", consent | {"expires_on": told["refused-case"]})

    def say_in_public(self, words: str) -> None:
        """Say something where everybody may read it: in a report, in a plan, in the name of a request."""
        slug = f"firewall-{next(self.numbers)}"
        plan = json.loads((_EXAMPLES / "plan.json").read_text("utf-8")) | {"title": words, "slug": slug}
        self._create("/v1/plans", "plans", plan)
        self._step(f"/v1/plans/{slug}/issue", f"/v1/plans/{slug}", "plans", None)
        self._request("GET", "/v1/plans", "plans", **{"X-Request-Id": words})
        self._refused("/v1/tips", "tips", {"unit": words.upper()[:9], "channel": "phone", "content": _content("x")})

    def _hotline(self, tip: Any) -> None:
        self._post_signed("hotline", tip)

    def _post_signed(self, channel: str, said: Any) -> None:
        body = json.dumps(said).encode()
        keys = Folder(self.data).keys
        headers = signed(keys, body, f"msg_confidant_{next(self.numbers)}", SystemClock().now())
        answer = httpx.post(f"{self.url}/v1/tips/{channel}/{DEVELOPMENT_SENDER}", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self._keep(answer)

    def _create(self, path: str, service: str, body: Any) -> dict[str, Any]:
        answer = self._request("POST", path, service, body, **{"Idempotency-Key": f"confidant-{next(self.numbers)}"})
        assert answer.status_code == 201, answer.text
        self._keep(answer)
        made: dict[str, Any] = answer.json()
        return made

    def _step(self, path: str, of: str, service: str, body: Any) -> dict[str, Any]:
        tag = self._request("GET", of, service).headers["etag"]
        answer = self._request("POST", path, service, body, **{"If-Match": tag})
        assert answer.is_success, answer.text
        self._keep(answer)
        stands: dict[str, Any] = answer.json()
        return stands

    def _refused(self, path: str, service: str, body: Any) -> None:
        answer = self._request("POST", path, service, body, **{"Idempotency-Key": f"confidant-{next(self.numbers)}"})
        self._keep(answer, refused=True)

    def _request(self, method: str, path: str, service: str, body: Any = None, **headers: str) -> httpx.Response:
        token = development_token(Folder(self.data), self.url, unit="VN", scopes=scopes_of([service]))
        own = {"Authorization": f"Bearer {token}", **headers}
        return httpx.request(method, f"{self.url}{path}", json=body, headers=own, timeout=60)

    def _keep(self, answer: httpx.Response, *, refused: bool = False) -> None:
        assert answer.is_client_error == refused, answer.text
        self.answers.append(f"{answer.headers} {answer.text}")


_EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "walkthrough"


def _content(text: str) -> dict[str, str]:
    return {"summary": text, "place": text}
