"""What the product says itself: the poison is discarded with a reason, and then its sets must be equal."""

from __future__ import annotations

import asyncio
import subprocess
from uuid import UUID, uuid4

import httpx

from lanhmanh.api import OPERATE, development_token
from lanhmanh.folder import Folder
from lanhmanh.services import Name
from tests.faults.world import World
from tests.journeys.product import LANHMANH


async def reconciled(world: World) -> tuple[int, str]:
    """Return the exit code of `lanhmanh reconcile`, and what it prints."""
    aside = await world.ask(Name.REPORTS, "SELECT event_id FROM dead_letter WHERE discarded_at IS NULL")
    await asyncio.to_thread(_discard, world, [row["event_id"] for row in aside])
    return await asyncio.to_thread(_reconcile, world)


def _reconcile(world: World) -> tuple[int, str]:
    around = world.product.environment()
    done = subprocess.run([LANHMANH, "reconcile"], env=around, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _discard(world: World, events: list[UUID]) -> None:
    scopes = [f"{Name.REPORTS}:{OPERATE}"]
    token = development_token(Folder(world.data), world.issuer, unit="VN", scopes=scopes)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=world.url, headers=headers, timeout=60, trust_env=False) as client:
        for event in events:
            client.post(
                f"/v1/operations/{Name.REPORTS}/dead-letters/{event}/acts",
                json={"act": "discard", "reason": "put into the topic by the fault matrix"},
                headers={"Idempotency-Key": str(uuid4())},
            ).raise_for_status()
