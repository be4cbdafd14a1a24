"""All tables of the service, for migrations and their test."""

from __future__ import annotations

from services.referrals.store.cases import CaseRow, PersonReadingRow
from services.referrals.store.consents import ConsentRow
from services.referrals.store.needs import DecisionRow, NeedRow
from services.referrals.store.referrals import ReferralHistoryRow, ReferralRow
from services.referrals.store.releases import ReleasedCaseRow, ReleaseRow
from services.referrals.store.support_services import SupportServiceRow
from services.referrals.store.table import ReferralsTable

TABLES = (
    SupportServiceRow,
    CaseRow,
    PersonReadingRow,
    NeedRow,
    DecisionRow,
    ConsentRow,
    ReferralRow,
    ReferralHistoryRow,
    ReleaseRow,
    ReleasedCaseRow,
)

metadata = ReferralsTable.metadata

__all__ = ["TABLES", "metadata"]
