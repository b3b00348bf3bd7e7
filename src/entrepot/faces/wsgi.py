"""The service for a WSGI server (granian): ``entrepot.faces.wsgi:application``."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

from entrepot.faces.memory import Keeper, keep_loaded
from entrepot.faces.parent import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")

application = get_wsgi_application()
end_with_parent()


def _get_ready() -> None:
    from entrepot.workflows.valuing import load_kernels

    load_kernels()
    keep_loaded()
    Keeper().begin()


# The first question "why does this cost so much" should not wait for the compiler.
Thread(target=_get_ready, name="kernels", daemon=True).start()
