"""The project's shared data: real files and published cases that tests read but the package does not ship.

They lie in ``shared/data`` beside the repository, or where ``ENTREPOT_SHARED_DATA`` says.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("ENTREPOT_SHARED_DATA", ROOT.parent / "shared" / "data"))
PRESENT = SHARED_DATA.is_dir()

needs_shared_data = pytest.mark.skipif(
    not PRESENT and not os.environ.get("CI"),
    reason="the shared data folder is not beside the repository; set ENTREPOT_SHARED_DATA to its path",
)
"""Mark for tests of shared data: left out, and said so, where the whole folder is absent; in CI that is a failure."""


def shared_path(relative: str) -> Path:
    """Path of one shared file, for example ``shared_path("channels/layouts.json")``.

    Raises :class:`FileNotFoundError` when the folder is there but the file is not, so that a renamed file is noticed.
    """
    path = SHARED_DATA / relative
    if not path.exists():
        raise FileNotFoundError(f"shared data: {relative} is not in the shared data folder")
    return path
