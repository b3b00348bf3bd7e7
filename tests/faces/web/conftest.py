"""Signed-in clients for the page tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages answered by the fixed shop."""
    from tests.faces.web import fixtures  # models, which want Django ready

    fixtures.install(monkeypatch)


@pytest.fixture
def visit(db: None, shop: None) -> Callable[..., Any]:
    """``visit("/inventory/", role="warehouse", language="zh-hans")`` answers as the page would."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    clients: dict[str, Client] = {}

    def _visit(address: str, role: str = "owner", language: str = "en", method: str = "get", **more: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(get_user_model().objects.create_user(role))
        headers = {"Accept-Language": language, **more.pop("headers", {})}
        return getattr(clients[role], method)(address, headers=headers, **more)

    return _visit
