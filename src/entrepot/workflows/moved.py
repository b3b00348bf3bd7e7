"""The mark that moved books leave in their old folder, so that nobody goes on writing where nobody looks any more."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db import connection

from entrepot.core.calendar import to_datetime
from entrepot.workflows.clock import now

MARK = "moved.json"


def moved_to() -> str:
    """Where the books of the settings were moved to; empty where they were not."""
    try:
        said: dict[str, str] = json.loads((Path(settings.HOME) / MARK).read_text())
        return said["to"] if said["from"] == here() else ""
    except (OSError, ValueError, KeyError):
        return ""


def mark(to: str) -> None:
    """Note that the books of the settings stand in ``to`` from now on."""
    said = {"from": here(), "to": to, "at": to_datetime(now()).isoformat()}
    (Path(settings.HOME) / MARK).write_text(json.dumps(said, indent=1) + "\n")


def here() -> str:
    """Where the books of the settings stand, without a password."""
    return place_of(connection.settings_dict)


def place_of(database: dict[str, object]) -> str:
    """A database of Django's settings as one says where it is."""
    name = database["NAME"]
    if str(database["ENGINE"]).endswith("sqlite3"):
        return str(Path(str(name)).absolute())
    return f"postgresql://{database['HOST'] or 'local'}:{database['PORT'] or 5432}/{name}"
