"""What the pages of the compliance board look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from services.reports.board.obligation_page import ObligationPage, ObligationStatus
from services.reports.board.ranking import RankedUnit, RankingPage
from services.reports.board.shapes import Rate, Standpoint, UnitName

_PROVINCE = UnitName(UUID("0193e2c1-0000-7d38-9e87-000000000060"), "60", "Tỉnh Bình Thuận")
_CITY = UnitName(UUID("0193e2c1-0000-7d38-9e87-000000000593"), "593", "Thành phố Phan Thiết")
_DUE_AT = datetime(2025, 6, 14, 17, tzinfo=UTC)
_FROM = Standpoint(
    as_of=datetime(2025, 6, 20, 2, tzinfo=UTC),
    known_at=datetime(2025, 6, 20, 1, 59, 58, 120000, UTC),
    revision=4711,
    epoch=UUID("0193e2c1-9d00-7d38-9e87-5ed40c6065e7"),
    unchanged_since=None,
    unchanged_until=None,
)

AN_OBLIGATION_PAGE = ObligationPage(
    standpoint=_FROM,
    plan="binh-thuan-2025",
    unit=_PROVINCE,
    tree="then",
    generating=False,
    total=1,
    next_cursor=None,
    items=[
        ObligationStatus(
            obligation_id=UUID("5b8f0f2e-1111-5222-8333-b1a2c3d4e5f6"),
            plan="binh-thuan-2025",
            rule="r1-quarter",
            unit=_CITY,
            bearer=None,
            period="2025-Q2",
            title="Báo cáo quý II năm 2025",
            status="overdue",
            due_at=_DUE_AT,
            first_receipt_at=None,
        )
    ],
)

A_RANKING_PAGE = RankingPage(
    standpoint=_FROM,
    plan="binh-thuan-2025",
    unit=_PROVINCE,
    tree="then",
    generating=False,
    total=1,
    next_cursor=None,
    of="children",
    by="total",
    items=[
        RankedUnit(
            rank=1,
            unit=_CITY,
            late=1,
            overdue=1,
            expected_so_far=4,
            reporting_rate=Rate(3, 4),
            on_time_rate=Rate(2, 4),
            total_late_seconds=637_200,
            longest_late_seconds=464_400,
            mean_late_seconds=318_600,
        )
    ],
)
