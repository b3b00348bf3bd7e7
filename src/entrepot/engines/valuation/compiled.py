"""The one place where numba is met, so that the kernels keep their types."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numba  # pyright: ignore[reportMissingTypeStubs]
import numpy as np

I8: TypeAlias = Any
I16: TypeAlias = Any
I32: TypeAlias = Any
I64: TypeAlias = Any
"""Integer arrays as a kernel sees them. The checker cannot follow machine integers through indexing, numba can: it
compiles for exactly these element types, and refuses what does not fit."""

signed: Any = np.int64
unsigned: Any = np.uint64

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile ``function`` on its first call, keep the machine code beside the package, run on one core.

    Integer division follows C (no test for zero), so kernels guard their divisors themselves.
    """
    compile_ = cast(Any, numba).njit(cache=True, error_model="numpy", nogil=True)
    return cast(Kernel, compile_(function))


def compiled_bare(function: Kernel) -> Kernel:
    """As :func:`compiled`, for kernels that allocate nothing: without counting references to the arrays they are given.

    A kernel over tuples of many arrays otherwise spends most of its time on those counts.
    """
    compile_ = cast(Any, numba).njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
    return cast(Kernel, compile_(function))
