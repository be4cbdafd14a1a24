"""The synthetic book: what it holds, the board counts; it is the same for the same seed, and spoils no database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from typer.testing import CliRunner

from contracts.events.plans import PlanIssued
from kernel.clock import SetClock, to_micros
from lanhmanh.__main__ import app
from lanhmanh.book import load_book
from lanhmanh.book.load import PlansAlreadyThere, Size
from lanhmanh.book.pasts import END
from lanhmanh.embedded import Product, assemble, sqlite_files
from lanhmanh.services import Name
from runtime.database import Database, Settings
from runtime.database.outbox import outbox
from runtime.inbox import inbox
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.flat import Flat, flatten
from services.reports.evaluation.history import NEVER, Fact, FactKind
from services.reports.store.obligations import HistoryRow, ObligationRow, to_fact

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)
SMALL = Size(years=2, share=0.001, figures=0.5)
OWED = 3 * 12 * 19 * 2
"""Of three communes."""
STATUSES = ("on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested")
STATE, HISTORY = ObligationRow.__table__, HistoryRow.__table__  # type: ignore[attr-defined]
FLAT = [column.name for column in fields(Flat)]


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[dict[Name, str]]:
    """New databases of all services, without tables."""
    async with AsyncExitStack() as kept:
        urls = sqlite_files(tmp_path / "databases")
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres")
            for name in (Name.PLANS, Name.REPORTS):
                urls[name] = await kept.enter_async_context(server.database())
        yield urls


async def load(databases: dict[Name, str], size: Size = SMALL) -> int:
    """Load a book, without a progress bar."""
    clock = SetClock(NOW)
    return await load_book(databases[Name.PLANS], databases[Name.REPORTS], size, clock=clock, progress=lambda *_: None)


@pytest_asyncio.fixture
async def loaded(databases: dict[Name, str]) -> dict[Name, str]:
    assert await load(databases) == OWED
    return databases


@pytest_asyncio.fixture
async def product(loaded: dict[Name, str], tmp_path: Path) -> AsyncIterator[Product]:
    """The running product over the loaded databases, when it has heard all that plans told."""
    product = assemble(loaded, tmp_path / "keys", url="http://gateway.test", clock=SetClock(NOW))
    await product.migrate()
    async with product.running():
        await product.drained()
        yield product


@pytest_asyncio.fixture
async def caller(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the gateway for the whole country."""
    token = product.issuer.mint("book", scopes=("reports:read", "plans:read"), unit="VN")
    transport = httpx.ASGITransport(app=product.gateway())
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test", headers=headers) as client:
        yield client


async def rows_of(url: str, table: Any) -> list[Any]:
    """Return the rows of a table, beside whoever has the database open."""
    database = Database(Settings(url=url), service="reports", clock=SetClock(NOW))
    try:
        async with database.read() as read:
            return list((await read.execute(select(table).order_by(*table.primary_key))).all())
    finally:
        await database.close()


async def facts_of(url: str) -> dict[UUID, list[Fact]]:
    """Return what happened to each obligation, its opening first."""
    facts = defaultdict(list)
    for row in await rows_of(url, HISTORY):
        facts[row.obligation_id].append(to_fact(row))
    return facts


def status_of(facts: list[Fact], t: int) -> str | None:
    """Say by hand what the books say of an obligation at an instant, by what happened until then."""
    been = [fact for fact in facts if fact.occurred_at <= t]
    if not been or FactKind.EXCUSED in {fact.kind for fact in been}:
        return "excused" if been else None
    due = max(fact.due_at for fact in been if fact.due_at is not None)
    receipts = [fact.occurred_at for fact in been if fact.kind is FactKind.SUBMITTED]
    back = [fact.correction_due_at for fact in been if fact.correction_due_at is not None]
    if receipts and not back:
        return "on_time" if min(receipts) < due else "late"
    if back and t < max(due, *back):
        return "returned"
    if t >= due:
        return "overdue"
    return "due_soon" if t >= due - 7 * 24 * 3600 * 1_000_000 else "not_due"


@pytest.mark.asyncio
async def test_the_board_counts_what_the_books_say(caller: httpx.AsyncClient, loaded: dict[Name, str]) -> None:
    facts = (await facts_of(loaded[Name.REPORTS])).values()
    for instant in (END - timedelta(days=days) for days in (0, 10, 90, 400)):
        counted = Counter(status for one in facts if (status := status_of(one, to_micros(instant))))

        answer = await caller.get("/v1/compliance", params={"unit": "VN", "as_of": instant.isoformat()})

        counts = answer.json()["counts"]
        assert {name: counts[name] for name in STATUSES} == {name: counted[name] for name in STATUSES}
        assert counts["total"] == counted.total()
        assert {"on_time", "late", "overdue"} <= set(counted)


@pytest.mark.asyncio
async def test_the_gateway_shows_units_and_plans(caller: httpx.AsyncClient) -> None:
    plans = (await caller.get("/v1/plans", params={"limit": 50})).json()["items"]
    assert len(plans) == 6
    shown = (await caller.get(f"/v1/plans/{plans[0]['slug']}")).json()

    assert {plan["state"] for plan in plans} == {"issued"}
    assert len(shown["plan"]["indicators"]) == 15
    indicators = await caller.get("/v1/indicators", params={"plan": plans[0]["slug"]})
    assert len(indicators.json()["indicators"]) == 15


@pytest.mark.asyncio
async def test_every_row_says_what_its_history_says(loaded: dict[Name, str]) -> None:
    facts = await facts_of(loaded[Name.REPORTS])
    rows = await rows_of(loaded[Name.REPORTS], STATE)

    for row in rows:
        assert [getattr(row, name) for name in FLAT] == list(asdict(flatten(facts[row.id])).values())
    flags = Counter(row.flags for row in rows)
    told = sum(count for flag, count in flags.items() if flag & Flag.TOLD)
    assert 0 < told < 0.04 * OWED
    assert flags[Flag.EXISTS | Flag.LIVE] > OWED / 2
    assert any(row.first_receipt_at == row.due for row in rows)
    assert any(row.due < row.first_receipt_at < NEVER for row in rows)


@pytest.mark.asyncio
@pytest.mark.parametrize("other", [Name.PLANS, Name.REPORTS])
async def test_databases_that_have_plans_are_left_alone(tmp_path: Path, other: Name) -> None:
    urls = sqlite_files(tmp_path / "first")
    await load(urls)
    before = await rows_of(urls[Name.REPORTS], HISTORY)

    with pytest.raises(PlansAlreadyThere):
        await load(urls | {other: sqlite_files(tmp_path / "second")[other]})

    assert await rows_of(urls[Name.REPORTS], HISTORY) == before


@pytest.mark.asyncio
async def test_reports_has_heard_of_the_plans_when_they_are_told_to_it(loaded: dict[Name, str]) -> None:
    issued = {row.event_id for row in await rows_of(loaded[Name.PLANS], outbox) if row.type == PlanIssued.type}

    handled = {row.event_id for row in await rows_of(loaded[Name.REPORTS], inbox) if row.consumer == "reports"}

    assert len(issued) == 6
    assert handled == issued


@pytest.mark.asyncio
async def test_the_same_seed_makes_the_same_book(tmp_path: Path) -> None:
    books = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        urls = sqlite_files(tmp_path / folder)
        await load(urls, Size(years=1, share=0.0003, seed=seed))
        books.append(await facts_of(urls[Name.REPORTS]))

    assert books[0] == books[1]
    assert books[0] != books[2]


def test_the_command_says_how_much_it_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANHMANH_DATA", str(tmp_path))

    done = CliRunner().invoke(app, ["bench", "load", "--years", "1", "--share", "0.0003"])

    assert done.exit_code == 0, done.output
    assert "Đã nạp 228 nghĩa vụ báo cáo." in done.output
