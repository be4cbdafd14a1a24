"""Every tip that was acknowledged is in the ledger: checked as an auditor would, by the verifier that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import httpx

from lanhmanh.api import Api, development_token
from lanhmanh.commands.ledger import export_lines
from lanhmanh.folder import Folder
from lanhmanh.ledger_check import Said, check_export
from tests.faults.world import World


def ensure_ledger_holds(world: World, receipts: Sequence[Said]) -> None:
    """Seal the ledger, and make sure that it is whole, that numbers are dense, and that all receipts are in it."""
    token = development_token(Folder(world.data), world.issuer, unit="VN", scopes=["tips:audit"])
    with httpx.Client(base_url=world.url, headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
        api = Api(client)
        head = api.send("POST", "/v1/tips/ledger/heads", None, Idempotency_Key=str(uuid4())).json()
        ledger = check_export(export_lines(api), receipts=receipts)
    assert ledger.findings == []
    assert head["entries"] <= ledger.entries
    assert {receipt["number"] for receipt in receipts} <= ledger.leaves.keys()
