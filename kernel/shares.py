"""Compare shares and changes with thresholds in whole numbers: no verdict ever hangs on a rounded figure."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.problems import Language

_DECIMAL_SIGN: dict[Language, str] = {"vi": ",", "en": "."}
_UNDEFINED = "–"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole as a pair of integers, never as a float.

    More than the whole is possible and is shown as it is: 101 % is an anomaly to flag, not to hide.
    """

    numerator: int
    denominator: int
    """0 means that there is nothing to divide by: such a share is undefined, not 0 %."""

    def __post_init__(self) -> None:
        if self.denominator < 0:
            raise ValueError(f"a whole of {self.denominator} does not exist")

    @property
    def is_defined(self) -> bool:
        """Whether there is a whole to have a share of."""
        return self.denominator > 0

    def at_least(self, percent: int) -> bool:
        """Say whether the share reaches a threshold in per cent.

        Raises:
            ZeroDivisionError: The share is undefined, so it neither reaches nor misses anything.

        >>> Share(7, 10).at_least(70), Share(699_999, 1_000_000).at_least(70)
        (True, False)
        """
        self._ensure_defined()
        return 100 * self.numerator >= percent * self.denominator

    def at_most(self, percent: int) -> bool:
        """Say whether the share stays within a threshold in per cent.

        Raises:
            ZeroDivisionError: The share is undefined.

        >>> Share(1, 3).at_most(33), Share(1, 3).at_most(34)
        (False, True)
        """
        self._ensure_defined()
        return 100 * self.numerator <= percent * self.denominator

    def percent_text(self, language: Language) -> str:
        """Write the share for people: one decimal, halves away from zero, never clamped to 0 or 100.

        >>> Share(2, 3).percent_text("vi"), Share(101, 100).percent_text("en"), Share(0, 0).percent_text("vi")
        ('66,7%', '101.0%', '–')
        """
        if not self.is_defined:
            return _UNDEFINED
        tenths = (2 * 1000 * abs(self.numerator) + self.denominator) // (2 * self.denominator)
        sign = "-" if self.numerator < 0 and tenths else ""
        return f"{sign}{tenths // 10}{_DECIMAL_SIGN[language]}{tenths % 10}%"

    def _ensure_defined(self) -> None:
        if not self.is_defined:
            raise ZeroDivisionError("a share of nothing is undefined")


def change(value: int, baseline: int) -> Share:
    """Return how much a value changed against its baseline, as a share of the baseline.

    Its thresholds are those of any share: `change(...).at_least(3)` is "up by at least 3 %".
    A baseline of 0 gives an undefined share.

    >>> change(103, 100).at_least(3), change(97, 100).percent_text("en")
    (True, '-3.0%')
    """
    return Share(value - baseline, baseline)
