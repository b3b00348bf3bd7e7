"""A plain page that describes the operations; it needs nothing from outside and runs no script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2733}"
    "h2{font-size:1rem;margin:2rem 0 .25rem}code{font-family:ui-monospace,monospace}"
    ".m{font-weight:600;margin-right:.5rem}"
    "p,ul{margin:.25rem 0}a{color:#0b62a4}"
)


def page(request: HttpRequest, api: Any) -> HttpResponse:
    """Every operation with its parameters."""
    schema = api.get_openapi_schema()
    parts = format_html_join("", "{}", ((part,) for part in _operations(schema)))
    html = format_html(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>{} API</title><style>{}</style><h1>{} API</h1><p>{}</p>"
        "<p>Sign in on the pages, or send <code>Authorization: Bearer entrepot_…</code>. "
        "<a href=openapi.json>openapi.json</a> is the machine-readable description.</p>{}",
        schema["info"]["title"],
        _STYLE,
        schema["info"]["title"],
        schema["info"]["description"],
        parts,
    )
    response = HttpResponse(html)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return response


def _operations(schema: Any) -> list[str]:
    found = []
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            parameters = format_html_join(
                "",
                "<li><code>{}</code> ({}) {}</li>",
                (
                    (p["name"], p["in"], p.get("description") or p.get("schema", {}).get("description", ""))
                    for p in operation.get("parameters", [])
                ),
            )
            found.append(
                format_html(
                    "<h2><span class=m>{}</span><code>{}</code></h2><p>{}</p><ul>{}</ul>",
                    method.upper(),
                    address,
                    operation.get("description") or operation.get("summary", ""),
                    parameters,
                )
            )
    return found
