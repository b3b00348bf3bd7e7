"""The one place of this room where numba is met: kernels keep their types and never run stale machine code."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba  # pyright: ignore[reportMissingTypeStubs]


def drop_stale_machine_code(folder: Path) -> None:
    """Empty the folder's cache of machine code, unless it was made from the sources that are there now.

    numba renews the code of a kernel when its own file changes, not when a kernel that it calls does.
    """
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


drop_stale_machine_code(Path(__file__).parent)

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile ``function`` on its first call, keep the machine code beside the package; other threads run meanwhile."""
    compile_ = cast(Any, numba).njit(cache=True, error_model="numpy", nogil=True)
    return cast(Kernel, compile_(function))
