"""The process of tips, told once more by hand: what can be done in which state, and where it leads."""

from __future__ import annotations

from typing import Any

CRIME, DENUNCIATION, COMPLAINT, FEEDBACK = "crime_report", "denunciation", "complaint", "feedback"
CATEGORIES = (CRIME, DENUNCIATION, COMPLAINT, FEEDBACK)

_MARKS = {"notify": "=", "grade": "="}
_AWAY = {"transfer": "received", "hand_over": "transferred", "forward": "="}
_EXTENDED = {"extend": "="}
_LOOKED_INTO = {"reclassify": "=", "assign": "assigned", "link": "=", **_AWAY, **_MARKS}
_TAKEN_ON = _LOOKED_INTO | {"resolve": "resolved"}

EVERYONE: dict[str, dict[str, str]] = {
    "received": {"classify": "classified", "link": "=", **_MARKS},
    "classified": _LOOKED_INTO,
    "assigned": _TAKEN_ON | {"verify": "verifying"},
    "verifying": _TAKEN_ON,
    "suspended": {"resume": "verifying", "link": "=", **_MARKS},
    "resolved": {"close": "closed", **_MARKS},
    "transferred": {"close": "closed", "forward": "=", **_MARKS},
    "not_accepted": {"close": "closed", **_MARKS},
    "closed": {},
}
"""By state: each act that is possible, and the state to which it leads; `=` is the same."""
ONLY: dict[str, dict[str, dict[str, str]]] = {
    CRIME: {
        "classified": _EXTENDED,
        "assigned": {"suspend": "suspended", **_EXTENDED},
        "verifying": {"suspend": "suspended", **_EXTENDED},
    },
    DENUNCIATION: {
        "classified": {"not_accept": "not_accepted", **_EXTENDED},
        "assigned": _EXTENDED,
        "verifying": _EXTENDED,
    },
    COMPLAINT: {
        "classified": {"not_accept": "not_accepted", **_EXTENDED},
        "assigned": _EXTENDED,
        "verifying": _EXTENDED,
    },
    FEEDBACK: {"classified": {"not_accept": "not_accepted"}},
}
"""What else is possible with a tip of one category."""
ACTS = (
    *("classify", "reclassify", "assign", "verify", "suspend", "resume", "extend", "notify", "resolve", "transfer"),
    *("hand_over", "forward", "not_accept", "link", "grade", "close"),
)


def possible(state: str, category: str | None) -> dict[str, str]:
    """Return the acts that are possible, and the states to which they lead."""
    return EVERYONE[state] | ONLY.get(category or "", {}).get(state, {})


def body_of(act: str, **own: Any) -> dict[str, Any]:
    """Return what is sent with an act."""
    ground = {"ground": "Quy định về tin của ngọn hải đăng"}
    bodies: dict[str, dict[str, Any]] = {
        "classify": {"category": FEEDBACK},
        "reclassify": {"category": FEEDBACK, **ground},
        "assign": {"to": "60.CA"},
        "verify": {},
        "suspend": ground,
        "resume": ground,
        "extend": {"kind": "complex", "approver": "Quyết định 12/QĐ", **ground},
        "notify": {"notice": "receipt", "to": ["procuracy"]},
        "resolve": {"outcome": "confirmed"},
        "transfer": {"to": "60.CA", **ground},
        "hand_over": {"body": "Tòa án khu vực 1", "reference": "15/TN", "received_on": "2025-04-18", **ground},
        "forward": {"body_id": "01890a5d-ac96-774b-bcce-b302099a8057", "text": "Có tin về một ngọn đèn.", **ground},
        "not_accept": ground,
        "link": {"duplicate_of": "01890a5d-ac96-774b-bcce-b302099a8057"},
        "grade": {"grade": "spam", **ground},
        "close": {},
    }
    return bodies[act] | own
