"""A year of tips with its holidays, swapped days and outages: each alarm raised once, and delivered under one id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from kernel.clock import SetClock
from runtime.watch import Watch
from services.tips.store.told import told
from services.tips.wiring import Tips
from tests.reports.builders import COUNTRY
from tests.rig import published
from tests.runtime.webhooks.receiver import Got, Receiver, a_receiver, let_the_library_read
from tests.tips.almanac import Book, Told
from tests.tips.desk import INFORMANT, Desk
from tests.tips.process import body_of

NEW_YEAR = datetime(2025, 12, 31, 17, tzinfo=UTC)
END = datetime(2026, 12, 30, 17, tzinfo=UTC)
TIPS = 50
OUTAGES = (
    (datetime(2026, 3, 4, 16, 30, tzinfo=UTC), datetime(2026, 3, 4, 17, 30, tzinfo=UTC)),
    (datetime(2026, 6, 9, 1, 0, tzinfo=UTC), datetime(2026, 6, 10, 1, 0, tzinfo=UTC)),
    (datetime(2026, 8, 24, 3, 0, tzinfo=UTC), datetime(2026, 9, 2, 3, 0, tzinfo=UTC)),
)
"""One hour over a midnight, a day, and nine days into a holiday."""
CODES = {str(unit_id): code for code, unit_id in COUNTRY.ids.items()}

Act = tuple[datetime, int, str, dict[str, Any]]
"""When, on which tip, what and how."""


@pytest.fixture
def watch(service: Tips, clock: SetClock) -> Watch[Any]:
    """The service's watch, which looks only when it is let."""
    clock.set(NEW_YEAR)
    watch, *_ = service.watches
    service.watches = ()
    return watch


def tip_acts(number: int, dice: Random) -> Iterator[Act]:
    """Tell what is done with one tip: too late, in time, or never."""
    at = NEW_YEAR + timedelta(days=320 * number / TIPS, seconds=dice.randrange(86400), microseconds=number)
    unit = dice.choice(["22945", "68"])
    informant = dice.choice([None, INFORMANT, INFORMANT])

    def after(hours: float, act: str, **own: Any) -> Act:
        nonlocal at
        at += timedelta(hours=hours * dice.uniform(0.3, 1.7), seconds=1)
        return at, number, act, body_of(act, **own)

    yield at, number, "enter", {"unit": unit, "informant": informant, "channel": "phone"}
    if dice.random() < 0.08:
        return
    category = dice.choice(["crime_report", "crime_report", "denunciation", "complaint", "feedback"])
    particulars = {"instance": dice.choice(["first", "second"])} if category == "complaint" else {}
    transfers = dice.random() < 0.2
    yield after(18, "classify", category=category, competent=not transfers, **particulars)
    if transfers:
        yield after(30, "transfer", to="68.CA")
        unit = "68.CA"
        yield after(20, "classify", category=category, **particulars)
    if dice.random() < 0.15:
        category = dice.choice(["crime_report", "denunciation"])
        yield after(60, "reclassify", category=category)
    if category != "crime_report" and dice.random() < 0.15:
        yield after(100, "not_accept")
        return
    if dice.random() < 0.8:
        yield after(40, "notify", notice="receipt", to=["procuracy", "informant"])
    if dice.random() < 0.15:
        return
    yield after(40, "assign", to=unit)
    yield from _looked_into(category, dice, after)
    if dice.random() < 0.15:
        return
    yield after(dice.choice([200, 500, 900]), "resolve", outcome="unfounded")
    yield after(75, "notify", notice="outcome", to=["informant"])
    yield after(24, "close")


def _looked_into(category: str, dice: Random, after: Callable[..., Act]) -> Iterator[Act]:
    yield after(20, "verify")
    if category == "denunciation":
        yield after(170, "notify", notice="acceptance", to=["informant"])
    if category == "crime_report" and dice.random() < 0.4:
        yield after(60, "suspend")
        yield after(400, "resume")
    if category != "feedback" and dice.random() < 0.3:
        yield after(5, "extend")


def whole_year() -> list[Act]:
    """Tell all acts of the year; nobody acts while nobody is there, or while it is over."""
    dice = Random(2026)  # noqa: S311 - a year that is made up
    acts = []
    for number in range(TIPS):
        last = NEW_YEAR
        for at, _, act, body in tip_acts(number, dice):
            moved = next(
                (end + timedelta(minutes=1, microseconds=number) for begin, end in OUTAGES if begin <= at < end), at
            )
            last = max(moved, last + timedelta(seconds=7))
            acts.append((last, number, act, body))
    return sorted((act for act in acts if act[0] < END), key=lambda act: act[0])


class Year:
    """Lets the year pass, beside the almanac that knows what must be told."""

    def __init__(self, desk: Desk, watch: Watch[Any], clock: SetClock) -> None:
        self.desk = desk
        self.watch = watch
        self.clock = clock
        self.paths: dict[int, str] = {}
        self.books: dict[int, Book] = {}

    async def passes(self) -> set[Told]:
        """Let it pass, and return what must have been told."""
        for at, number, act, body in whole_year():
            await self._until(at)
            if act == "enter":
                self.paths[number] = await self.desk.entered(**body)
                tip = self.paths[number].rpartition("/")[2]
                known = body["informant"] is not None
                self.books[number] = Book(tip, at, body["unit"], known, OUTAGES)
            elif (await self.desk.step(self.paths[number], act, **body)).status_code == 200:
                self.books[number].act(at, act, body)
            else:
                # The one thing that can be too late in a script.
                assert act == "extend"
            await self.watch.catch_up()
        await self._until(END)
        return {told for book in self.books.values() for told in book.finish(END)}

    async def _until(self, t: datetime) -> None:
        while (rings_at := await self.watch.next_at()) is not None and rings_at <= t:
            up_at = next((end for begin, end in OUTAGES if begin <= rings_at < end), rings_at)
            self.clock.set(max(up_at, self.clock.now()))
            await self.watch.catch_up()
        self.clock.set(t)


def to_told(got: Got) -> Told:
    """Return what a webhook tells."""
    said, data = got.said, got.said["data"]
    kind = said["type"].split(".")[4]
    to = CODES[data["to_unit_id"]]
    return Told(
        data["tip_id"], kind, data["step"], datetime.fromisoformat(data["occurred_at"]), data.get("level", 0), to
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_year_with_holidays_and_outages_tells_each_alarm_once(
    watch: Watch[Any], service: Tips, desk: Callable[[str], Desk], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_library_read(clock, monkeypatch)
    async with a_receiver() as receiver:
        secret = await _subscribe(desk("VN"), receiver)
        year = Year(desk("68"), watch, clock)
        expected = await year.passes()
        got = await receiver.received(len(expected))
        rows = await _all_alarms(desk("VN"))

    assert Counter(map(to_told, got)) == Counter(expected)
    assert len({one.id for one in got}) == len(got)
    assert len(rows) == len(expected)
    # The year has all that the clocks can bring about.
    assert {(one.kind, one.step) for one in expected} >= {
        ("deadline_near", "resolve"),
        ("deadline_missed", "classify"),
        ("deadline_missed", "transfer"),
        ("deadline_missed", "notify_receipt"),
        ("deadline_missed", "notify_acceptance"),
        ("deadline_missed", "notify_outcome"),
        ("deadline_missed", "assign"),
        ("deadline_missed", "accept"),
        ("deadline_missed", "resolve"),
        ("escalated", "resolve"),
    }

    async with service.database.read() as read:
        outbox_says = Counter(fact for fact, _ in await published(service.database))
        state_says = Counter(
            fact.type.split(".", 3)[3].removesuffix(".v1") for fact in (await told(read, 0)).facts.elements()
        )
    assert outbox_says == state_says
    assert await _counted(desk("68")) == Counter(
        (book.received_by, f"{how}_{'late' if late else 'in_time'}")
        for book in year.books.values()
        for how, late in [book.standing()]
    )
    clock.set(datetime.fromtimestamp(int(got[-1].headers["webhook-timestamp"]), UTC))
    assert got[-1].is_signed_with(secret)


async def _subscribe(desk: Desk, receiver: Receiver) -> str:
    headers = desk.headers(Idempotency_Key="year")
    body = {"unit": desk.unit, "url": receiver.url}
    answer = await desk.client.post("/v1/subscriptions/tips", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


async def _counted(desk: Desk) -> Counter[tuple[str, str]]:
    """Return how many tips of which unit stand how, by the service's own figures."""
    figures = await desk.read("/v1/tips/figures", from_on="2026-01-01", until_on="2027-01-01")
    standings = ("handled_in_time", "handled_late", "running_in_time", "running_late")
    lines = {(one["place"]["unit"], how): one[how] for one in figures["lines"] for how in standings}
    return Counter({place: count for place, count in lines.items() if count})


async def _all_alarms(desk: Desk) -> list[Any]:
    rows: list[Any] = []
    page = await desk.read("/v1/tips/alarms", limit=1000)
    while True:
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        page = await desk.read("/v1/tips/alarms", limit=1000, cursor=page["next_cursor"])
