"""Lose and double something on purpose, in the databases of a world that was found to be whole."""

from __future__ import annotations

from dataclasses import dataclass

from lanhmanh.services import Name
from tests.faults.accounting import Account
from tests.faults.world import World


@dataclass(frozen=True)
class Damage:
    """What was done, and where it must show."""

    name: str
    lost: str | None = None
    """How a loss begins that the account must have."""
    doubled: str | None = None
    """How a doubled effect begins that it must have."""
    named: str | None = None
    """What `lanhmanh reconcile` must name; None for what it does not look at."""

    def noticed_by(self, account: Account) -> bool:
        """Tell whether an account has it."""
        lost = self.lost is None or any(one.startswith(self.lost) for one in account.lost)
        return lost and (self.doubled is None or any(one.startswith(self.doubled) for one in account.doubled))


async def lose_a_tip(world: World) -> Damage:
    """Remove an acknowledged tip."""
    (row,) = await world.ask(Name.TIPS, "DELETE FROM tip WHERE id = (SELECT min(id::text)::uuid FROM tip) RETURNING id")
    # Its number is missing, whose unit and place are named; and reports has heard of a tip that is not there.
    return Damage("a lost tip", lost=f"tip: ('{row['id']}'", doubled="tip in reports", named="number")


async def lose_an_effect(world: World) -> Damage:
    """Forget that an event was handled."""
    first = "(SELECT event_id FROM inbox ORDER BY recorded_at LIMIT 1)"
    (row,) = await world.ask(Name.REPORTS, f"DELETE FROM inbox WHERE event_id = {first} RETURNING event_id")  # noqa: S608
    return Damage("a lost effect", lost="inbox of reports", named=str(row["event_id"]))


async def double_an_effect(world: World) -> Damage:
    """Let a tip's receipt take effect a second time."""
    kept = "kind, unit_id, received_at, occurred_at, handled_at, late, recorded_at"
    await world.ask(
        Name.REPORTS,
        f"INSERT INTO tip_history (tip_id, revision, ordinal, {kept}) "  # noqa: S608
        f"SELECT tip_id, revision, ordinal + 100, {kept} FROM tip_history WHERE kind = 1 LIMIT 1",
    )
    return Damage("a doubled effect", doubled="facts of tips")


async def lose_an_event(world: World) -> Damage:
    """Forget that something was told."""
    first = "(SELECT event_id FROM outbox ORDER BY revision DESC LIMIT 1)"
    (row,) = await world.ask(Name.PLANS, f"DELETE FROM outbox WHERE event_id = {first} RETURNING event_id, key")  # noqa: S608
    return Damage("an event that nobody told", doubled="topic of plans", named=str(row["event_id"]))


DAMAGES = (lose_a_tip, lose_an_effect, double_an_effect, lose_an_event)
