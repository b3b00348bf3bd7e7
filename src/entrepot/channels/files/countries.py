"""Country names as sellers' files spell them, to ISO 3166 codes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from entrepot.channels.files.layout import normal


def country_code(text: str) -> str | None:
    """The two-letter code of a country's code or name (English, Chinese, German, French, Spanish), else ``None``.

    >>> country_code("United Kingdom"), country_code("德国"), country_code("fr"), country_code("Atlantis")
    ('GB', 'DE', 'FR', None)
    """
    return _names().get(normal(text))


@cache
def _names() -> dict[str, str]:
    file = resources.files("entrepot.channels.files") / "codes" / "countries.toml"
    found: dict[str, str] = {}
    for code, names in tomllib.loads(file.read_text("utf-8")).items():
        found[code.lower()] = code
        for name in names:
            found.setdefault(normal(name), code)
    return found
