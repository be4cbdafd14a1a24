"""All tables of the service, for migrations and their test."""

from __future__ import annotations

from services.tips.store.bodies import BodyRow
from services.tips.store.digests import DigestRow
from services.tips.store.disclosures import DisclosureRow
from services.tips.store.ledger import CounterRow, HeadRow
from services.tips.store.messages import UNREAD_INDEX, MessageRow
from services.tips.store.readings import ReadingRow
from services.tips.store.retention import KEPT_INDEX
from services.tips.store.routes import RouteRow
from services.tips.store.seals import NodeRow, SealRow
from services.tips.store.table import TipsTable
from services.tips.store.tips import ContentRow, HistoryRow, InformantRow, TipRow

TABLES = (
    TipRow,
    ContentRow,
    InformantRow,
    HistoryRow,
    ReadingRow,
    HeadRow,
    CounterRow,
    SealRow,
    NodeRow,
    MessageRow,
    DisclosureRow,
    RouteRow,
    DigestRow,
    BodyRow,
)

INDEXES = (KEPT_INDEX, UNREAD_INDEX)
"""Those that do not stand with their tables."""

metadata = TipsTable.metadata

__all__ = ["INDEXES", "TABLES", "metadata"]
