"""The REST API under ``/api/``: the same reads as the pages with the same permissions, and posting documents.

Whoever may not see a field does not get it: it is absent, not null. The description of every operation is served at
``/api/openapi.json``, and as a page without any outside script at ``/api/docs``.
"""

from entrepot.faces.api.service import api

__all__ = ["api"]
