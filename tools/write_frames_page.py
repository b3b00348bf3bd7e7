"""Writes ``docs/frames.md`` from :mod:`entrepot.core.frames`: run it after a table has changed."""

from pathlib import Path

from entrepot.core.frames import TABLES, Table

HEAD = """# Frames

Every table that crosses a room, made from `entrepot.core.frames` by `python tools/write_frames_page.py`. A room that makes
such a table promises these columns; a reader relies on nothing else. *Empty* says what an empty value means; where nothing
stands there, none is allowed.
"""


def section(table: Table) -> str:
    """Heading, what a row is, and one line a column."""
    head = f"## {table.name}\n\nOne row: {table.row}. Made by {table.made_by}, read by {', '.join(table.read_by)}.\n\n"
    rows = [
        f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} | "
        f"{column.empty}{' (may be left out)' if column.optional else ''} |"
        for column in table.columns
    ]
    return head + "\n".join(["| column | type | unit | meaning | empty |", "|---|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    Path("docs/frames.md").write_text("\n".join([HEAD, *map(section, TABLES.values())]), encoding="utf-8")
