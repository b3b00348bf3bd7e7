"""Who calls: a signed-in browser (session and CSRF token) or a program (bearer token)."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from entrepot.books import tokens
from entrepot.books.access import Viewer, viewer_for

COMPANY_HEADER = "X-Company"
"""Code of the company to look at; the first one of the user without it."""


class Session(SessionAuth):
    """The session cookie of the web pages; writing calls also need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        """The viewer behind the session, looking at the company that he chose on the pages."""
        if not request.user.is_authenticated:
            return None
        return viewer_for(request.user, _company(request) or request.session.get("company", ""))


class Token(HttpBearer):
    """``Authorization: Bearer entrepot_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """The viewer that the token speaks for."""
        user = tokens.user_of(token, at=time.time_ns() // 1000)
        return None if user is None else viewer_for(user, _company(request))


def viewer_of(request: Any) -> Viewer:
    """The viewer that authentication found."""
    viewer: Viewer = request.auth
    return viewer


def _company(request: HttpRequest) -> str:
    return request.headers.get(COMPANY_HEADER, "")[:120]
