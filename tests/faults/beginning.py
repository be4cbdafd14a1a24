"""How a world begins: units are loaded, and callers have what they need."""

from __future__ import annotations

import httpx

from lanhmanh.api import development_token, scopes_of
from lanhmanh.folder import Folder
from tests.faults.mail import PROVINCE, Mail
from tests.faults.stream import Envelopes
from tests.faults.world import World


def begin(world: World) -> tuple[Mail, Envelopes]:
    """Load the units, and return what is to be sent."""
    world.product.command("units", "load-national", "--bodies", "provinces")
    envelopes = Envelopes(world.data)
    renew(world, envelopes)
    answer = httpx.get(
        f"{world.url}/v1/units",
        params={"under": PROVINCE, "kind": "commune", "limit": 1000},
        headers={"Authorization": f"Bearer {envelopes.token}"},
        timeout=60,
    ).raise_for_status()
    return Mail([one["code"] for one in answer.json()["items"]]), envelopes


def renew(world: World, envelopes: Envelopes) -> None:
    """Get tokens, which are good for an hour."""

    def mint(scopes: list[str]) -> str:
        return development_token(Folder(world.data), world.issuer, unit="VN", scopes=scopes)

    envelopes.token, envelopes.support_token = mint(scopes_of()), mint(scopes_of(["referrals"]))
