"""Who a letter comes from: with a token, a broken one or none, or signed, rightly or nearly so."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from datetime import timedelta
from uuid import uuid4

from tests.tips.desk import SCOPES
from tests.tips.fuzz.letters import Manner
from tests.tips.fuzz.premises import Premises

_SCOPES = (*SCOPES, "tips:operate")
_LONG = timedelta(days=3650)
_GARBAGE = ("Bearer a.b.c", "Bearer", "Basic eDp5", "Bearer ÿ")
_MESSAGE_IDS = {"long": "x" * 201, "spaced": "msg 1"}


class Callers:
    """Authenticates requests."""

    def __init__(self, premises: Premises) -> None:
        self._at = premises
        self._tokens: dict[tuple[str, str], str] = {}
        self._signed: dict[str, str] = {}
        """The last id that was signed, by operation."""

    def authorization(self, manner: Manner) -> dict[str, str]:
        """Return the header with which somebody asks to be let in, if they do."""
        match manner.caller:
            case "nobody":
                return {}
            case "garbage":
                return {"Authorization": _GARBAGE[manner.place % len(_GARBAGE)]}
        asked = (manner.caller, manner.unit)
        if asked not in self._tokens:
            self._tokens[asked] = self._minted(*asked)
        return {"Authorization": self._tokens[asked]}

    def _minted(self, caller: str, unit: str) -> str:
        scopes = () if caller == "no_scope" else _SCOPES
        lifetime = -_LONG if caller == "expired" else _LONG
        client = "harbour-office-8" if caller == "second" else "harbour-office-7"
        return self._at.tokens.bearer(*scopes, unit=unit, client=client, lifetime=lifetime)["Authorization"]

    def signature(self, manner: Manner, operation: str, body: bytes) -> dict[str, str]:
        """Return the headers with which a sender signs (Standard Webhooks): over the very bytes that are sent."""
        message_id = self._message_id(manner.message_id, operation)
        now = int(self._at.clock.now().timestamp())
        timestamp = str(now + manner.skew) if manner.stamp is None else manner.stamp
        content = f"{message_id}.{timestamp}.".encode() + body
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": self._signed_by(manner.sender, content),
        }

    def _message_id(self, kind: str, operation: str) -> str:
        match kind:
            case "new":
                self._signed[operation] = f"msg_{uuid4().hex}"
                return self._signed[operation]
            case "used":
                return self._signed.get(operation, "msg_1")
        return _MESSAGE_IDS[kind]

    def _signed_by(self, sender: str, content: bytes) -> str:
        if sender == "portal":
            return f"v1a,{b64encode(self._at.key.sign(content)).decode()}"
        secret = b64decode(self._at.secret.removeprefix("whsec_"))
        return f"v1,{b64encode(hmac.digest(secret, content, 'sha256')).decode()}"
