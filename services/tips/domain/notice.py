"""Whom the law has told what about a tip."""

from __future__ import annotations

from enum import StrEnum

from contracts.events.tips import Category


class Notice(StrEnum):
    """What is told. Values are sent and stored: never change one."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    OUTCOME = "outcome"


class Told(StrEnum):
    """Who is told. Values are sent and stored: never change one."""

    INFORMANT = "informant"
    PROCURACY = "procuracy"
    DENOUNCED = "denounced"
    OTHER = "other"


def must_be_told(notice: Notice, category: Category | None, *, informant_known: bool) -> frozenset[Told]:
    """Return who must be told for the duty to be done (TTLT 01/2017, art. 14.1, 14.3; TC, art. 29.3).

    Whoever did not say who they are cannot be told. A tip that nobody has classified yet may be a crime report.
    """
    informant = {Told.INFORMANT} if informant_known else set()
    if notice is Notice.RECEIPT and category in {None, Category.CRIME_REPORT}:
        return frozenset({Told.PROCURACY} | informant)
    return frozenset(informant)
