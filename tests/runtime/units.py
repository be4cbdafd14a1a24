"""Units for the tests of runtime: two provinces with a commune each."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.unit import Placement, Succession, UnitKind, UnitRecord
from kernel.ids import UnitId, unit_id

LONG_AGO = date(2004, 1, 1)


def id_of(code: str, valid_from: date = LONG_AGO) -> UnitId:
    return unit_id(code, valid_from.isoformat())


def a_unit(
    code: str,
    *,
    under: UUID | None = None,
    kind: UnitKind = "commune",
    valid_from: date = LONG_AGO,
    valid_until: date | None = None,
    name: str | None = None,
) -> UnitRecord:
    place = Placement(parent_id=under, valid_from=valid_from)
    return UnitRecord(
        unit_id=id_of(code, valid_from),
        code=code,
        name=name or f"Đơn vị {code}",
        kind=kind,
        valid_from=valid_from,
        valid_until=valid_until,
        placements=(place,),
    )


def a_succession(predecessor: UUID, successor: UUID, on: date) -> Succession:
    return Succession(
        predecessor_id=predecessor, successor_id=successor, on=on, decision="1678/NQ-UBTVQH15", bears_duties=True
    )


THANH_HOA = a_unit("38", kind="province", name="Tỉnh Thanh Hóa")
KIM_TAN = a_unit("15187", under=THANH_HOA.unit_id, name="Xã Kim Tân")
NGHE_AN = a_unit("40", kind="province", name="Tỉnh Nghệ An")
QUY_CHAU = a_unit("16777", under=NGHE_AN.unit_id, name="Xã Quỳ Châu")

ALL = (THANH_HOA, KIM_TAN, NGHE_AN, QUY_CHAU)
