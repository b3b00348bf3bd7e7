"""The one place where numba is met: kernels keep their types, and never run from machine code of another version.

numba keeps machine code beside the source and renews it when *that* file changes. A kernel also holds the code of the
kernels it calls, from other files of its room: so all machine code of a room is dropped when any of its files has changed.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
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


def drop_stale_machine_code(folder: Path) -> None:
    """Empty the folder's cache of machine code, unless it was made from the sources that are there now."""
    sources = [(path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in sorted(folder.glob("*.py"))]
    cache, now = folder / "__pycache__", repr(sources)
    stamp = cache / "kernels.stamp"
    with suppress(OSError):  # a folder that cannot be written to belongs to an installation, replaced as a whole
        if stamp.exists() and stamp.read_text() == now:
            return
        cache.mkdir(exist_ok=True)
        for pattern in ("*.nbi", "*.nbc"):
            for path in cache.glob(pattern):
                path.unlink(missing_ok=True)
        stamp.write_text(now)


_LOOKED_AT: set[Path] = set()
"""Rooms whose machine code was compared with their sources in this process."""


def _of_its_room(function: Callable[..., Any]) -> None:
    folder = Path(function.__code__.co_filename).parent
    if folder not in _LOOKED_AT:
        _LOOKED_AT.add(folder)
        drop_stale_machine_code(folder)


Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile ``function`` on its first call, keep the machine code beside it, run on one core; other threads run meanwhile.

    Integer division follows C (no test for zero), so kernels guard their divisors themselves.
    """
    _of_its_room(function)
    compile_ = cast(Any, numba).njit(cache=True, error_model="numpy", nogil=True)
    return cast(Kernel, compile_(function))


def compiled_bare(function: Kernel) -> Kernel:
    """As :func:`compiled`, for kernels that allocate nothing: without counting references to the arrays they are given.

    A kernel over tuples of many arrays otherwise spends most of its time on those counts.
    """
    _of_its_room(function)
    compile_ = cast(Any, numba).njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
    return cast(Kernel, compile_(function))
