"""What a caller has seen so far, by the names under which routes ask for it: with ids drawn at random, all is 404."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LIKE = {
    "duplicate_of": "tip_id",
    "to": "unit",
    "to_unit": "unit",
    "second": "entries",
    "first": "entries",
    "below": "entries",
    "cursor": "next_cursor",
    "before": "message_id",
    "from_on": "day",
    "until_on": "day",
    "received_on": "day",
    "package": "digest",
    "Follow-Up-Code": "follow_up_code",
}
"""Names under which the same is asked for."""
_LEARNT = frozenset(
    {"tip_id", "disclosure_id", "subscription_id", "run_id", "event_id", "route_id", "entries", "next_cursor", "epoch"}
    | {"follow_up_code", "body_id", "digest", "message_id"}
)
_ID = re.compile(r"[0-9a-f-]{36}")
_TIP = re.compile(rf"/v1/tips/({_ID.pattern})")
_SAID = frozenset({"content", "informant", "facts"})
"""What callers said themselves."""
_ACTS = {"packages": "forward"}
"""Acts whose routes are not called like them."""
_AT_FIRST = frozenset({"classify", "link", "notify", "grade"})
"""What can be done with a tip that was just received."""


class Known:
    """The things that are known."""

    def __init__(self, **values: list[Any]) -> None:
        self._values: dict[str, dict[Any, None]] = {name: dict.fromkeys(some) for name, some in values.items()}
        self._acts: dict[str, frozenset[str]] = {}
        self._tip_of: dict[str, str] = {}
        self._granted: dict[str, None] = {}
        """Tips whose informant somebody is shown."""
        self._versions: dict[str, str] = {}

    def learn(self, path: str, answer: Any, etag: str | None = None) -> None:
        """Take note of all ids and codes in an answer, and of the version that it shows."""
        about = _TIP.match(path)
        if etag is not None:
            self._versions[_resource(path)] = etag
        for one in _objects(answer):
            for name in _LEARNT & one.keys():
                if one[name] is not None:
                    self._values.setdefault(name, {})[one[name]] = None
            if "disclosure_id" in one and about:
                self._tip_of[one["disclosure_id"]] = about[1]
                if one.get("granted"):
                    self._granted[about[1]] = None
            if "can" in one:
                self._acts[one["tip_id"]] = frozenset(one["can"])
            elif "leaf" in one and "tip_id" in one:
                self._acts.setdefault(one["tip_id"], _AT_FIRST)

    def find(self, name: str, place: int) -> Any:
        """Return one of the values that are known under a name, or None."""
        values = list(self._values.get(_LIKE.get(name, name), ()))
        return values[place % len(values)] if values else None

    def version_of(self, path: str) -> str:
        """Return the version of what a path changes, as it was last shown; any, if it never was."""
        return self._versions.get(_resource(path), "*")

    def find_tip(self, act: str, place: int) -> Any:
        """Return a tip with which something can be done; one time in four any."""
        able = [tip for tip, acts in self._acts.items() if _ACTS.get(act, act) in acts]
        if act == "informant":
            able = list(self._granted)
        return able[place % len(able)] if able and place % 4 else self.find("tip_id", place)

    def addressed(self, parameters: Mapping[str, Any], act: str, place: int) -> dict[str, Any]:
        """Return parameters with what is known in the place of what was generated."""
        addressed = dict(parameters)
        for name in [name for name, value in parameters.items() if isinstance(value, str | int)]:
            found = self.find_tip(act, place) if name == "tip_id" else self.find(name, place)
            if found is not None:
                addressed[name] = found
        if "disclosure_id" in addressed and "tip_id" in addressed and place % 8:
            addressed["tip_id"] = self._tip_of.get(addressed["disclosure_id"], addressed["tip_id"])
        return addressed


def _resource(path: str) -> str:
    """Return the path of what an act changes: all but the act's own word."""
    head, _, last = path.rpartition("/")
    return path if _ID.fullmatch(last) else head


def _objects(answer: Any) -> Iterator[Mapping[str, Any]]:
    match answer:
        case dict():
            yield answer
            for name, value in answer.items():
                if name not in _SAID:
                    yield from _objects(value)
        case list():
            for value in answer:
                yield from _objects(value)
