"""Consent to share: for a purpose and a recipient, with an end. Nothing takes its place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from kernel.clock import legal_day
from services.referrals.domain.refusals import ConsentOver, ConsentTooLong


class Purpose(StrEnum):
    """What a consent is for. Values are sent and stored: never change one."""

    REFERRAL = "referral"


class Lengths(NamedTuple):
    """How long a consent lasts, in days."""

    usual: int
    at_most: int


def expiry(given_on: date, wished: date | None, lengths: Lengths) -> date:
    """Return the last day of a consent: the one that the person wishes, or that of the usual length.

    The day on which it is given does not count (BLDS 2015, art. 147.2).

    >>> str(expiry(date(2025, 4, 18), None, Lengths(usual=90, at_most=365)))
    '2025-07-17'

    Raises:
        ConsentOver: The day that is wished has passed.
        ConsentTooLong: It lies too far ahead.
    """
    last = given_on + timedelta(days=lengths.at_most)
    if wished is None:
        return given_on + timedelta(days=lengths.usual)
    if wished < given_on:
        raise ConsentOver(day=wished.isoformat())
    if wished > last:
        raise ConsentTooLong(day=wished.isoformat(), last=last.isoformat())
    return wished


def is_live(expires_on: date, withdrawn_at: datetime | None, at: datetime) -> bool:
    """Tell whether a consent holds: it was not withdrawn, and its last day has not passed.

    A withdrawal that is recorded counts at once, whatever instant the act is judged at.
    """
    return withdrawn_at is None and legal_day(at) <= expires_on
