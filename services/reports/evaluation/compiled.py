"""Mark what numba compiles to machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
Integer = int | np.integer[Any]
"""A number within a kernel: as its caller gave it, or as it lies in an array."""

KERNELS: list[tuple[Any, str]] = []
"""Every kernel with the signature it is asked with. Whoever serves answers has them compiled before."""


def compiled(*signatures: str) -> Callable[[F], F]:
    """Have a function compiled, for arguments of these types, in numba's notation: `i8(i8, u1[::1])`.

    It runs without Python's lock: several threads may be in it, each on rows of its own.
    """

    def mark(function: F) -> F:
        kernel = cast("F", njit(nogil=True, error_model="numpy")(function))
        KERNELS.extend((kernel, signature) for signature in signatures)
        return kernel

    return mark


def part_of_kernels(function: F) -> F:
    """Have a function compiled in the midst of those kernels that call it.

    A call costs more than many a part does: for each array it passes seven numbers or more, and counts its users.
    """
    return cast("F", njit(nogil=True, error_model="numpy", forceinline=True)(function))
