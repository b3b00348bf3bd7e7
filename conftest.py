"""The place of the test run, made before Django reads any: a home of its own for each process, removed after."""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def _kernels_digest() -> str:
    """Of the files that hold compiled functions."""
    digest = hashlib.sha256()
    for path in sorted((_ROOT / "src" / "entrepot" / "engines").rglob("*.py")):
        source = path.read_bytes()
        if b"@compiled" in source or b"njit" in source:
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + source)
    return digest.hexdigest()[:16]


_home = tempfile.mkdtemp(prefix="entrepot-home-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

os.environ["ENTREPOT_HOME"] = _home
os.environ["ENTREPOT_SECRET_KEY"] = "for tests only, long enough to sign a session and nothing else"
os.environ["DJANGO_SETTINGS_MODULE"] = "entrepot.settings"
# numba notices a change in a kernel's own file, but not in that of a kernel which it calls: after an edit, tests would
# run yesterday's code. A cache per state of the kernels cannot be stale.
os.environ["NUMBA_CACHE_DIR"] = str(_ROOT / "build" / "kernels" / _kernels_digest())


def pytest_configure() -> None:
    """Load the settings named above, so that pytest-django finds Django configured and takes over."""
    import django

    django.setup()
