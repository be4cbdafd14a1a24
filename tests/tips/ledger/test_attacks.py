"""Whoever can write into the database attacks the ledger: the verifier names what was done, below a head and above.

A clumsy attacker changes rows. A careful one makes all leaves and chains anew, so that they agree with each other; what
is left then are the heads and receipts that others hold.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from lanhmanh.ledger_check import Keys
from runtime.database import Write, insert_rows
from services.tips.ledger.entry import GENESIS, chained, leaf_of
from services.tips.ledger.receipt import number_of
from services.tips.store.ledger import WHOLE, Head, put_ends
from services.tips.store.seals import NodeRow, SealRow
from services.tips.store.tips import ContentRow, InformantRow, TipRow
from services.tips.wiring import Tips
from tests.tips.auditor import exported, found, sealed, trusted_keys
from tests.tips.desk import CONTENT, Desk, Hotline

# The verifier reads an export: whose database it comes from makes no difference to it.
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TIP = TipRow.__table__  # type: ignore[attr-defined]
CONTENTS = ContentRow.__table__  # type: ignore[attr-defined]
INFORMANTS = InformantRow.__table__  # type: ignore[attr-defined]
HEADED, ABOVE = 6, 4
"""Entries below the head, and above it."""
LAST = HEADED + ABOVE


@dataclass
class Held:
    """What others hold: keys, the head, and every receipt."""

    desk: Desk
    service: Tips
    keys: Keys
    head: dict[str, Any]
    receipts: list[dict[str, Any]]

    async def attacked(self, attack: Callable[[Write], Awaitable[None]]) -> list[tuple[str, str]]:
        """Attack, and return what the verifier finds then."""
        await self.service.database.write(attack)
        return found(await exported(self.desk), keys=self.keys, heads=[self.head], receipts=self.receipts)


@pytest_asyncio.fixture
async def held(hotline: Hotline, province: Desk, service: Tips) -> Held:
    receipts = [(await hotline.send({"unit": "60", "content": CONTENT})).json() for _ in range(HEADED)]
    head = await sealed(province, "seal-1")
    receipts += [(await hotline.send({"unit": "60", "content": CONTENT})).json() for _ in range(ABOVE)]
    return Held(province, service, await trusted_keys(province), head, receipts)


def number(place: int) -> str:
    return number_of("60", 2025, place)


async def rows_of(tx: Write) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await tx.execute(select(TIP).order_by(TIP.c.position))]


async def put_back(tx: Write, rows: Sequence[Mapping[str, Any]], *, careful: bool) -> None:
    """Write the ledger anew in a given order; a careful attacker makes it agree with itself."""
    written, chain = [], GENESIS
    for place, row in enumerate(rows, 1):
        leaf = row["leaf"]
        if careful:
            as_new = {"salt": row["salt"], "digest": row["digest"], "received_at": row["received_at"]}
            leaf = leaf_of(number=number(place), **as_new)
            chain = chained(chain, leaf)
        at = {"position": place, "entry": place, "place": place, "number": number(place)}
        written.append({**row, **at, "leaf": leaf, "chain": chain if careful else row["chain"]})
    await tx.execute(delete(TIP))
    await insert_rows(tx.connection, TIP, written)


async def test_an_untouched_ledger_is_found_sound(held: Held) -> None:
    async def nothing(_: Write) -> None: ...

    assert await held.attacked(nothing) == []


@pytest.mark.parametrize("place", [3, LAST])
@pytest.mark.parametrize("column", ["salt", "digest", "leaf"])
async def test_a_flipped_bit_is_named(held: Held, place: int, column: str) -> None:
    async def flip(tx: Write) -> None:
        row = (await rows_of(tx))[place - 1]
        flipped = bytes([row[column][0] ^ 1]) + row[column][1:]
        await tx.execute(update(TIP).where(TIP.c.id == row["id"]).values({column: flipped}))

    assert ("leaf_changed", number(place)) in await held.attacked(flip)


async def test_changed_content_is_named(held: Held) -> None:
    async def change(tx: Write) -> None:
        row = (await rows_of(tx))[2]
        await tx.execute(update(CONTENTS).where(CONTENTS.c.tip_id == row["id"]).values(sealed=b"another"))

    assert await held.attacked(change) == [("content_changed", number(3))]


@pytest.mark.parametrize("place", [3, HEADED + 2])
async def test_a_deleted_entry_is_named(held: Held, place: int) -> None:
    async def take(tx: Write) -> None:
        await tx.execute(delete(TIP).where(TIP.c.position == place))

    named = await held.attacked(take)

    assert ("entry_missing", str(place)) in named
    assert ("number_missing", number(place)) in named
    assert ("receipt_missing", number(place)) in named


@pytest.mark.parametrize("place", [3, HEADED + 2])
async def test_an_entry_deleted_with_care_is_named_by_head_or_receipts(held: Held, place: int) -> None:
    async def take(tx: Write) -> None:
        rows = await rows_of(tx)
        await put_back(tx, [row for row in rows if row["position"] != place], careful=True)

    named = await held.attacked(take)

    assert (("root_differs", f"1..{HEADED}") in named) == (place <= HEADED)
    assert {("receipt_differs", number(place)), ("receipt_missing", number(LAST))} <= set(named)


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("place", [3, HEADED + 2])
async def test_an_inserted_entry_is_named(held: Held, place: int, careful: bool) -> None:
    async def insert(tx: Write) -> None:
        rows = await rows_of(tx)
        twin = {**rows[place - 1], "id": uuid4(), "follow_up": None}
        kept = (await tx.execute(select(CONTENTS).where(CONTENTS.c.tip_id == rows[place - 1]["id"]))).one()
        await insert_rows(tx.connection, CONTENTS, [{"tip_id": twin["id"], "key": kept.key, "sealed": kept.sealed}])
        await put_back(tx, [*rows[: place - 1], twin, *rows[place - 1 :]], careful=careful)

    named = await held.attacked(insert)

    assert (("root_differs", f"1..{HEADED}") in named) == (place <= HEADED)
    assert ("receipt_differs", number(place + 1)) in named
    assert careful or ("chain_broken", number(place + 1)) in named


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("place", [3, HEADED + 2])
async def test_two_swapped_entries_are_named(held: Held, place: int, careful: bool) -> None:
    async def swap(tx: Write) -> None:
        rows = await rows_of(tx)
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
        await put_back(tx, rows, careful=careful)

    named = await held.attacked(swap)

    assert (("root_differs", f"1..{HEADED}") in named) == (place <= HEADED)
    assert {("receipt_differs", number(place)), ("receipt_differs", number(place + 1))} <= set(named)
    assert careful or ("chain_broken", number(place)) in named


@pytest.mark.parametrize("left", [HEADED - 2, LAST - 1])
async def test_a_truncated_ledger_is_named(held: Held, left: int) -> None:
    async def cut(tx: Write) -> None:
        await tx.execute(delete(TIP).where(TIP.c.position > left))

    named = await held.attacked(cut)

    assert (("truncated", f"{left + 1}..{HEADED}") in named) == (left < HEADED)
    assert [where for code, where in named if code == "receipt_missing"] == [
        number(place) for place in range(left + 1, LAST + 1)
    ]


async def test_a_fork_that_is_signed_is_named_by_the_head_that_others_hold(
    held: Held, service: Tips, province: Desk
) -> None:
    """The attacker has the key too: makes all anew, and signs another head over as many entries."""

    async def fork(tx: Write) -> None:
        rows = await rows_of(tx)
        rows[0], rows[1] = rows[1], rows[0]
        await put_back(tx, rows[:HEADED], careful=True)
        for table in (SealRow.__table__, NodeRow.__table__):  # type: ignore[attr-defined]
            await tx.execute(delete(table))
        put_ends(tx, {WHOLE: Head(HEADED, GENESIS)}, {(uuid4(), 2025): 1})

    await service.database.write(fork)
    again = await sealed(province, "seal-2")
    assert again["entries"] == HEADED

    named = found(await exported(province), keys=held.keys, heads=[held.head])

    assert ("fork", str(HEADED)) in named


async def test_an_entry_whose_keys_were_destroyed_still_verifies(held: Held) -> None:
    async def destroy(tx: Write) -> None:
        for table in (CONTENTS, INFORMANTS):
            await tx.execute(update(table).values(key=""))

    assert await held.attacked(destroy) == []


async def test_heads_and_receipts_of_another_signer_are_named(held: Held) -> None:
    lines = await exported(held.desk)
    forged = held.receipts[0] | {"statement": held.receipts[0]["statement"].replace("000001", "000007")}
    head = held.head | {"statement": held.head["statement"].replace(f'"entries":{HEADED}', '"entries":5')}

    named = found(lines, keys=held.keys, heads=[head], receipts=[forged])

    assert ("receipt_signature_broken", number(1)) in named
    assert ("head_signature_broken", str(HEADED)) in named
    assert ("receipt_key_unknown", number(1)) in found(lines, keys={}, receipts=held.receipts[:1])
