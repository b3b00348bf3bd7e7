"""The service for a WSGI server (granian): ``entrepot.faces.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

from entrepot.faces.parent import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")

application = get_wsgi_application()
end_with_parent()
