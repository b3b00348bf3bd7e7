"""The service for a WSGI server (granian): ``entrepot.faces.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")

application = get_wsgi_application()
