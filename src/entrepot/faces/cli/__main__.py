"""``python -m entrepot.faces.cli``: the same as the command ``entrepot``."""

from entrepot.faces.cli.main import app

app()
