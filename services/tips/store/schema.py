"""All tables of the service, for migrations and their test."""

from __future__ import annotations

from services.tips.store.ledger import CounterRow, HeadRow
from services.tips.store.messages import MessageRow
from services.tips.store.seals import NodeRow, SealRow
from services.tips.store.table import TipsTable
from services.tips.store.tips import ContentRow, HistoryRow, InformantRow, ReadingRow, TipRow

TABLES = (TipRow, ContentRow, InformantRow, HistoryRow, ReadingRow, HeadRow, CounterRow, SealRow, NodeRow, MessageRow)

metadata = TipsTable.metadata

__all__ = ["TABLES", "metadata"]
