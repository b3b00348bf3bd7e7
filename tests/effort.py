"""How hard a test should try: quickly in ``make test``, long in ``make soak``.

A test that has a longer version carries ``@pytest.mark.soak`` and asks :func:`effort` for its counts.
"""

import os

SOAKING = os.environ.get("ENTREPOT_SOAK", "") not in {"", "0"}


def effort(*, test: int, soak: int) -> int:
    """``test`` in the ordinary run, ``soak`` in ``make soak``."""
    return soak if SOAKING else test
