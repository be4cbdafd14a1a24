"""Sign as a hotline does, with the secret of the development sender."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from standardwebhooks import Webhook

from lanhmanh.api import Refused
from runtime.webhooks.incoming import DEVELOPMENT_SENDER, SENDERS_FILE


def signed(keys: Path, body: bytes, message_id: str, at: datetime) -> dict[str, str]:
    """Return the three headers of Standard Webhooks for a body, by the secret in the key folder of a product.

    Raises:
        Refused: There is none: the product never ran on this folder.
    """
    signature = Webhook(_secret(keys)).sign(message_id, at, body.decode())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def _secret(keys: Path) -> str:
    path = keys / SENDERS_FILE
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[DEVELOPMENT_SENDER]["secrets"][0])
    except (OSError, ValueError, KeyError):
        raise Refused(f"Không đọc được {path}. Chạy `make up` trước, hoặc đặt LANHMANH_DATA.") from None
