"""Small unit trees with telling defaults: the merger of 1/7/2025 around xã Quỳ Châu, and random trees."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from kernel.ids import UnitId, unit_id
from kernel.units import Placement, Succession, Unit, UnitTree

LONG_AGO = date(2000, 1, 1)
MERGER = date(2025, 7, 1)
EVE = MERGER - timedelta(days=1)


def id_of(code: str, since: date = LONG_AGO) -> UnitId:
    """Return the id of the unit with a code that began on a day."""
    return unit_id(code, since.isoformat())


def a_unit(
    code: str,
    under: UnitId | None = None,
    *,
    kind: str = "commune",
    function: str | None = None,
    since: date = LONG_AGO,
    until: date | None = None,
    placements: tuple[Placement, ...] | None = None,
) -> Unit:
    """Make a unit that stands under one parent all its life, unless told otherwise."""
    places = placements if placements is not None else (Placement(under, since),)
    return Unit(id_of(code, since), code, f"đơn vị {code}", kind, function, since, until, places)


def a_succession(gone: UnitId, heir: UnitId, *, on: date = MERGER, bears_duties: bool = True) -> Succession:
    """Make a succession by the resolution that merged the communes of Nghệ An."""
    return Succession(gone, heir, on, "1678/NQ-UBTVQH15", bears_duties)


NATION = id_of("VN")
PROVINCE = id_of("40")
DISTRICT = id_of("415")
TOWN = id_of("16777")
CHAU_NGA = id_of("16783")
COMMUNE = id_of("16777", MERGER)
POLICE = id_of("40.CA")


def nghe_an() -> UnitTree:
    """The district of Quỳ Châu with its town and a commune, until both merge into a commune with the town's code."""
    return UnitTree(
        [
            a_unit("VN", kind="nation"),
            a_unit("40", NATION, kind="province"),
            a_unit("40.CA", PROVINCE, kind="body", function="police"),
            a_unit("415", PROVINCE, kind="district", until=MERGER),
            a_unit("16777", DISTRICT, until=MERGER),
            a_unit("16783", DISTRICT, until=MERGER),
            a_unit("16777", PROVINCE, since=MERGER),
        ],
        [
            a_succession(DISTRICT, COMMUNE),
            a_succession(TOWN, COMMUNE),
            a_succession(CHAU_NGA, COMMUNE),
        ],
    )


@st.composite
def trees(draw: st.DrawFn) -> UnitTree:
    """A tree of up to 25 units; some move under another parent on 1/7/2025, some end then and have an heir."""
    count = draw(st.integers(1, 25))
    codes = [f"{number:03d}" for number in draw(st.permutations(range(count)))]
    units, successions = [], []
    lasting: list[str] = []
    for place, code in enumerate(codes):
        # Parents come from the units before, so that no circle can arise; only lasting ones, so that none goes missing.
        parents = [None, *lasting]
        first, second = (draw(st.sampled_from(parents)) for _ in range(2))
        ends = place > 0 and draw(st.booleans()) and bool(lasting)
        then = Placement(id_of(first) if first else None, LONG_AGO, MERGER)
        now = Placement(id_of(second) if second else None, MERGER)
        units.append(a_unit(code, placements=(then,) if ends else (then, now), until=MERGER if ends else None))
        if ends:
            successions.append(a_succession(id_of(code), id_of(draw(st.sampled_from(lasting)))))
        else:
            lasting.append(code)
    return UnitTree(units, successions)
