"""How much of an untrusted file is ever looked at.

The figures follow OWASP ASVS 5 (5.1.1, 5.2.3: size, unpacked size and number of parts are bounded before use); an
upload through the web gets the small set, a file that the owner names on his own command line the large one.
"""

from __future__ import annotations

from dataclasses import dataclass

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. Sizes and memory in bytes, time in seconds of CPU, a cell in characters.

    ``memory`` bounds the address space of the reading process; about 1 GB of it is reserved, not used, by the readers.
    """

    size: int = 20 * _MB
    unpacked: int = 200 * _MB
    ratio: int = 100
    members: int = 200
    rows: int = 1_048_576
    columns: int = 512
    cell: int = _MB
    cpu_seconds: int = 60
    memory: int = 2_048 * _MB


WEB = Limits()
"""An upload."""

COMMAND_LINE = Limits(size=500 * _MB, unpacked=2_048 * _MB, rows=10_000_000, cpu_seconds=600, memory=8_192 * _MB)
"""A file named by the owner of the machine."""
