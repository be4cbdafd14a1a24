"""The unit files: real codes, one bearer for each dissolved unit, and no contradiction with the template of bodies."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.examples.example_files import (
    EXAMPLES,
    TWO_LEVELS_SINCE,
    example_tree,
    listed_units,
    national_units,
    read,
    resolve,
    unit_record,
)

BEARERS = {
    "60": "68",
    "593": "22945",  # Phường Phan Thiết
    "594": "23235",  # Phường La Gi
    "595": "22969",  # Xã Liên Hương
    "596": "23005",  # Xã Bắc Bình
    "597": "23059",  # Xã Hàm Thuận
    "598": "23110",  # Xã Hàm Thuận Nam
    "599": "23149",  # Xã Tánh Linh
    "600": "23191",  # Xã Đức Linh
    "601": "23236",  # Xã Hàm Tân
    "602": "23272",  # Đặc khu Phú Quý
    "412": "16681",  # Phường Thành Vinh
    "415": "16738",  # Xã Quế Phong
    "416": "16777",  # Xã Quỳ Châu
    "428": "17713",  # Xã Đại Đồng
    "430": "17950",  # Xã Vạn An
    "416.VP": "16777.VP",
    "416.PGDDT": "16777.VHXH",
    "16780": "16792",  # Châu Bính → Châu Tiến
    "16810": "16801",  # Diên Lãm → Hùng Chân
    "40.BAO": "40.DPTTH",
    "35": "37",
    "35.SYT": "37.SYT",
    "352": "13501",  # Xã Bình Mỹ holds the seat
    "352.PLDTBXH": "13501.VHXH",
    "13504": "13504",  # Bình Nghĩa → Bình Lục
}
BEARERS_OF_UNITS_GONE_BEFORE = {
    ("413", date(2024, 12, 1)): "412",  # Cửa Lò joined Vinh
    ("40.SLDTBXH", date(2025, 3, 1)): "40.SYT",
    ("40.SDL", date(2025, 3, 1)): "40.SVHTTDL",
    ("VN.BLDTBXH", date(2025, 3, 1)): "VN.BYT",
    ("35.SLDTBXH", date(2025, 3, 1)): "35.SYT",
    ("35.SLDTBXH", TWO_LEVELS_SINCE): "37.SYT",
    ("13522", TWO_LEVELS_SINCE): "13540",  # Hưng Công → Bình An → Bình An
    ("352.CA", TWO_LEVELS_SINCE): "37.CA",
}


def _template_of(entry: dict[str, Any]) -> dict[str, Any] | None:
    owner, _, suffix = entry["code"].partition(".")
    level = "province" if len(owner) == 2 else "commune"
    template: list[dict[str, Any]] = read("units/bodies.yaml")[level]
    return next((body for body in template if body["suffix"] == suffix), None)


def _in_running_text(owner: str) -> str:
    name, kind, _ = national_units()[owner]
    return f"tỉnh {name}" if kind == "province" else name[0].lower() + name[1:]


def _vocabulary() -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", (EXAMPLES / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("entry", listed_units(), ids=lambda entry: str(entry["code"]))
def test_every_listed_unit_fits_the_contract(entry: dict[str, Any]) -> None:
    record = unit_record(entry)

    assert (record.code, record.name) == (entry["code"], entry["name"])


def test_binh_thuan_had_ten_units_below_it_until_the_last_of_june_2025() -> None:
    tree = example_tree()
    last_day = TWO_LEVELS_SINCE - timedelta(days=1)
    districts = [tree.get(each) for each in tree.children(resolve("60", last_day), last_day)]

    assert [unit.code for unit in districts if unit.kind == "district"] == [str(code) for code in range(593, 603)]
    assert tree.find("60", TWO_LEVELS_SINCE) is None


@pytest.mark.parametrize(("gone", "bearer"), BEARERS.items())
def test_a_dissolved_unit_has_the_successor_that_holds_its_seat(gone: str, bearer: str) -> None:
    tree = example_tree()
    gone_id = resolve(gone, date(2025, 6, 30))

    assert tree.bearer(gone_id, date(2025, 6, 30)) == gone_id
    assert tree.bearer(gone_id, TWO_LEVELS_SINCE) == resolve(bearer, TWO_LEVELS_SINCE)


@pytest.mark.parametrize(("gone", "day", "bearer"), [(*key, to) for key, to in BEARERS_OF_UNITS_GONE_BEFORE.items()])
def test_a_unit_that_was_gone_before_has_a_bearer_too(gone: str, day: date, bearer: str) -> None:
    assert example_tree().bearer(resolve(gone, date(2024, 1, 15)), day) == resolve(bearer, day)


def test_every_unit_that_is_gone_has_a_bearer_today() -> None:
    tree, today = example_tree(), date(2026, 1, 1)

    assert [unit.code for unit in tree if tree.bearer(unit.id, today) is None] == []


@pytest.mark.parametrize("code", ["40", "40.SYT", "40.CA", "40.TAND", "16804"])
def test_what_lived_on_is_the_same_unit_as_before(code: str) -> None:
    assert resolve(code, date(2024, 1, 15)) == resolve(code, TWO_LEVELS_SINCE)


def test_nghe_an_had_21_districts_until_cua_lo_joined_vinh() -> None:
    tree, nghe_an = example_tree(), resolve("40", TWO_LEVELS_SINCE)
    days = (date(2024, 11, 30), date(2024, 12, 1), TWO_LEVELS_SINCE)
    kinds = [[tree.get(each).kind for each in tree.children(nghe_an, day)] for day in days]

    assert [each.count("district") for each in kinds] == [21, 20, 0]
    assert kinds[-1].count("commune") == 130


def test_quy_chau_had_a_town_and_eleven_communes_and_became_four() -> None:
    tree, last_day = example_tree(), TWO_LEVELS_SINCE - timedelta(days=1)
    district = resolve("416", last_day)
    before = [tree.get(each) for each in tree.children(district, last_day)]
    pieces = {each["to"] for each in read("units/nghe-an-before-2025-07.yaml")["successions"] if each["from"] == "416"}

    assert len([unit for unit in before if unit.kind == "commune"]) == 12
    assert pieces == {"16777", "16792", "16801", "16804"}


def test_binh_luc_had_17_communes_in_2022_and_15_in_its_last_months() -> None:
    tree = example_tree()
    counted = []
    for day in (date(2022, 2, 15), date(2025, 1, 1)):
        below = [tree.get(each) for each in tree.children(resolve("352", day), day)]
        counted.append(len([unit for unit in below if unit.kind == "commune"]))

    assert counted == [17, 15]


def test_the_name_binh_luc_lives_on_for_a_commune_that_does_not_hold_the_seat() -> None:
    assert national_units()["13504"] == ("Xã Bình Lục", "commune", "37")
    assert BEARERS["352"] != "13504"


def test_a_dissolved_body_is_followed_by_the_body_with_its_function_in_lam_dong() -> None:
    tree = example_tree()
    bodies = [entry for entry in listed_units() if entry["code"].startswith("60.")]
    heirs = [tree.bearer(resolve(entry["code"], entry["valid_from"]), TWO_LEVELS_SINCE) for entry in bodies]

    assert len(bodies) == 10
    for entry, heir in zip(bodies, heirs, strict=True):
        assert heir is not None
        assert tree.get(heir).code == entry["code"].replace("60.", "68.")
        assert tree.get(heir).function == entry["function"]


@pytest.mark.parametrize(
    ("name", "province", "count"),
    [
        ("binh-thuan-before-2025-07", "68", 45),
        # All communes of the province.
        ("nghe-an-before-2025-07", "40", 130),
        ("binh-luc-before-2025-07", "37", 5),
    ],
)
def test_every_piece_of_a_district_went_to_a_commune_of_its_province(name: str, province: str, count: int) -> None:
    merged = [each for each in read(f"units/{name}.yaml")["successions"] if each["on"] == TWO_LEVELS_SINCE]
    communes = {each["to"] for each in merged if re.fullmatch(r"\d{5}", each["to"])}

    assert {national_units()[code][1:] for code in communes} == {("commune", province)}
    assert len(communes) == count


def test_bodies_listed_for_the_examples_are_those_of_the_template() -> None:
    compared = 0
    for entry in listed_units():
        template = _template_of(entry)
        if template is None or entry["valid_from"] != TWO_LEVELS_SINCE:
            continue
        owner = entry["code"].partition(".")[0]
        compared += 1

        assert entry["name"] == template["name"].format(place=_in_running_text(owner))
        assert [entry["kind"], entry["function"]] == [template["kind"], template["function"]]
        assert entry.get("members", []) == [f"{owner}.{suffix}" for suffix in template.get("members", [])]

    assert compared == 9 + 1 + 11 + 4 + 3


def test_the_template_makes_twelve_bodies_of_each_province_and_commune() -> None:
    template = read("units/bodies.yaml")
    kinds = [kind for _, kind, _ in national_units().values()]

    assert kinds.count("province") == 34
    assert kinds.count("commune") == 3321
    assert sum(len(template[kind]) for kind in kinds) == 40_260


@pytest.mark.parametrize("level", ["province", "commune"])
def test_members_of_a_templated_team_are_bodies_beside_it(level: str) -> None:
    template = read("units/bodies.yaml")[level]
    suffixes = [body["suffix"] for body in template]

    assert len(set(suffixes)) == len(suffixes)
    assert {member for body in template for member in body.get("members", [])} <= set(suffixes)


def test_every_function_is_in_the_vocabulary() -> None:
    template = read("units/bodies.yaml")
    used = {entry["function"] for entry in listed_units() if "function" in entry}
    used |= {body["function"] for level in ("province", "commune") for body in template[level]}

    assert used <= _vocabulary()


def test_villages_say_that_they_are_synthetic() -> None:
    villages = [entry["name"] for entry in listed_units() if entry["kind"] == "village"]

    assert villages
    assert all(name.endswith("(giả lập)") for name in villages)
