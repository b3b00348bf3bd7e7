"""Addresses of the whole service: pages at the root, the REST API under ``/api/``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("entrepot.faces.web.urls"))]

if find_spec("entrepot.faces.api") is not None:
    # A service may be installed without its API; the pages do not depend on it.
    from entrepot.faces.api import api

    urlpatterns.insert(0, path("api/", api.urls))

handler403 = "entrepot.faces.web.views.session.not_allowed"
handler404 = "entrepot.faces.web.views.session.not_there"
handler500 = "entrepot.faces.web.views.session.failed"
