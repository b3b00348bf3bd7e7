"""The place of the test run, made before Django reads any: a home of its own for each process, removed after."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="entrepot-home-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

os.environ["ENTREPOT_HOME"] = _home
os.environ["ENTREPOT_SECRET_KEY"] = "for tests only, long enough to sign a session and nothing else"
os.environ["DJANGO_SETTINGS_MODULE"] = "entrepot.settings"


def pytest_configure() -> None:
    """Load the settings named above, so that pytest-django finds Django configured and takes over."""
    import django

    django.setup()
