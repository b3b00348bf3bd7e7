"""Reading by the API: complete for who may see, without a trace of money for who may not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from entrepot.books.access import ROLES
from entrepot.faces.api import api
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Call = Callable[..., Any]

READS = (
    "/api/me", "/api/state", "/api/decisions", "/api/decisions/{decision}", "/api/inventory",
    "/api/inventory?by=location", "/api/sales?start=2026-01-01&end=2026-03-31", "/api/sales/{sale}",
    "/api/items/{item}/page?start=2026-01-01", "/api/items/{item}/layers",
    "/api/documents/{receipt}", "/api/documents/{bill}", "/api/health", "/api/quarantine",
    "/api/imports", "/api/jobs", "/api/search?q=A",
)  # fmt: skip
"""What every role may read; the answers differ in their fields."""
COST_READS = (
    "/api/true-cost?start=2026-01-01&end=2026-03-31", "/api/items/{item}/bills",
    "/api/items/{item}/months?start=2026-01-01", "/api/missing-costs",
)  # fmt: skip
SECRET_FIELDS = {
    "value", "missing_units", "effect", "spend", "reasons", "assumed", "net_price", "cost", "profit", "amount", "steps",
    "costs", "bills", "original", "missing", "unallocated", "units_without_cost", "net_sales", "amounts",
    "uncosted_units", "ranges",
}  # fmt: skip
"""Names of fields that say cost, margin or price somewhere in an answer."""
SECRET_FIGURES = ("2400", "3000", "4000", "5000", "9000", "600", "1000", "1250", "98.76", "300")
"""Every amount of the little shop, as it would be written anywhere in an answer."""


@pytest.mark.parametrize("address", [*READS, *COST_READS])
@pytest.mark.parametrize("role", make.ROLES)
def test_each_role_reads_what_it_may_and_no_more(call: Call, books: dict[str, str], role: str, address: str) -> None:
    """Every role × every read: who may not see cost finds no field and no figure of it, or is refused."""
    response = call(role, "get", address.format(**books))
    may = "see_cost" in ROLES[role]
    if address in COST_READS and not may:
        assert response.status_code == 403
        return
    assert response.status_code == 200, response.content
    if may:
        return
    text = response.content.decode()
    assert SECRET_FIELDS & set(_names(_without_harmless(json.loads(text)))) == set()
    assert [figure for figure in SECRET_FIGURES if figure in _figures(json.loads(text))] == []


def test_who_may_see_cost_gets_every_field(call: Call, books: dict[str, str]) -> None:
    """The fields that others do not get are all there for finance, so their absence above means something."""
    names: set[str] = set()
    for address in (*READS, *COST_READS):
        names |= set(_names(call("finance", "get", address.format(**books)).json()))
    assert names >= SECRET_FIELDS


@pytest.mark.parametrize("address", [*READS, *COST_READS])
@pytest.mark.parametrize("role", ["owner", "warehouse"])
def test_answers_are_what_the_description_says(call: Call, books: dict[str, str], role: str, address: str) -> None:
    """Each answer validates against the schema that the OpenAPI description gives for it, nothing beside it."""
    response = call(role, "get", address.format(**books))
    if response.status_code == 403:
        return
    path = address.partition("?")[0]
    pattern = path.replace(books["item"], "{code}").format_map(dict.fromkeys(books, "{key}") | {"item": "{code}"})
    schema = _description()
    described = schema["paths"][pattern]["get"]["responses"][200]["content"]["application/json"]["schema"]
    assert list(_faults(described, response.json(), schema["components"]["schemas"])) == []


def test_nobody_reads_without_saying_who_he_is(client: Any, books: dict[str, str]) -> None:
    """No token, a wrong one, a revoked or expired one, a retired user: 401, and no redirect to a form."""
    from entrepot.books import tokens

    user = make.user("owner")
    row, revoked = tokens.issue(user, "a", at=make.NOW)
    tokens.revoke(row.pk, "ann", at=make.NOW)
    expired = tokens.issue(user, "b", at=make.NOW, expires_at=make.NOW)[1]
    gone = make.user("owner")
    retired = tokens.issue(gone, "c", at=make.NOW)[1]
    gone.is_active = False
    gone.save()
    for secret in ("", "Bearer x", f"Bearer {revoked}", f"Bearer {expired}", f"Bearer {retired}"):
        assert client.get("/api/state", headers={"Authorization": secret}).status_code == 401, secret


def test_a_token_is_kept_as_its_hash_only(call: Call) -> None:
    """Neither the table nor the audit trail holds what a program would send."""
    from entrepot.books.models import ApiToken, AuditEntry

    made = call("viewer", "post", "/api/tokens", {"name": "script"}).json()
    stored = json.dumps([list(ApiToken.objects.values()), list(AuditEntry.objects.values())], default=str)
    assert made["secret"] not in stored
    assert call("owner", "delete", f"/api/tokens/{made['id']}").status_code == 404
    assert call("viewer", "delete", f"/api/tokens/{made['id']}").status_code == 204


def test_the_session_of_the_pages_serves_too(client: Any, books: dict[str, str]) -> None:
    """A signed-in browser reads by its cookie; to write it needs the CSRF token besides."""
    from django.test import Client

    user = make.user("owner")
    client.force_login(user)
    assert client.get("/api/me").json()["role"] == "owner"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post(f"/api/decisions/{books['decision']}/approve").status_code == 403


def test_the_company_looked_at_is_chosen_by_header(call: Call) -> None:
    """``X-Company`` chooses among the offered ones, and is ignored for any other."""
    make.company("A"), make.company("B")
    assert call("owner", "get", "/api/me", headers={"X-Company": "B"}).json()["company"] == "B"
    assert call("owner", "get", "/api/me", headers={"X-Company": "Z"}).json()["company"] == "A"


@pytest.mark.parametrize(
    "address",
    [
        "/api/sales/999",
        "/api/documents/999",
        "/api/decisions/999",
        "/api/jobs/999",
        "/api/items/none/page",
        "/api/imports/batch-9",
        "/api/imports/9",
    ],
)
def test_what_is_not_there_is_a_plain_404(call: Call, address: str) -> None:
    """A wrong key answers with a problem that says so."""
    response = call("owner", "get", address)
    assert (response.status_code, response.json()["problems"][0]["code"]) == (404, "not_there")


def test_empty_books_answer_everywhere(call: Call) -> None:
    """Before the first company exists every list is empty and nothing fails."""
    for address in (
        "/api/state",
        "/api/decisions",
        "/api/inventory",
        "/api/true-cost",
        "/api/sales",
        "/api/health",
        "/api/search?q=x",
    ):
        assert call("owner", "get", address).status_code == 200, address


def test_the_description_needs_nothing_from_outside(client: Any) -> None:
    """The page of the API names no other host and runs no script; the schema lists every operation."""
    page = client.get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    schema = client.get("/api/openapi.json").json()
    assert set(schema["paths"]) >= {"/api/inventory", "/api/documents", "/api/decisions/{key}/approve"}


def _without_harmless(answer: Any) -> Any:
    """The answer without the fields that bear a secret's name and are none: codes of reasons, values of filters."""
    if not isinstance(answer, dict):
        return answer
    assert all(headline["kind"] == "units" for headline in answer.get("headlines", ()))
    harmless = {"headlines", "locations", "channels", "destinations"}
    if all(isinstance(count, int) for count in answer.get("reasons", {"": None}).values()):
        harmless.add("reasons")
    return {name: entry for name, entry in answer.items() if name not in harmless}


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from _names(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _names(entry)


def _figures(value: Any, name: str = "") -> Iterator[str]:
    """Every number and text of an answer, ids and instants aside."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _figures(entry, key)
    elif isinstance(value, list):
        for entry in value:
            yield from _figures(entry, name)
    elif name not in ("id", "digest", "batch", "key", "layer") and not name.endswith(("_at", "_id")):
        yield from str(value).split()


@cache
def _description() -> Any:
    return api.get_openapi_schema()


def _faults(schema: Any, value: Any, parts: Any, where: str = "") -> Iterator[str]:
    """Where ``value`` is not what ``schema`` says: the few words of JSON Schema that our description uses."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        if all(list(_faults(choice, value, parts, where)) for choice in schema["anyOf"]):
            yield f"{where}: none of the choices"
        return
    kind = schema.get("type")
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    if kind == "null":
        if value is not None:
            yield f"{where}: not null"
        return
    if kind and not isinstance(value, kinds[kind]):
        yield f"{where}: {value!r} is no {kind}"
        return
    if kind == "object" and "properties" in schema:
        yield from (f"{where}.{name}: absent" for name in schema.get("required", ()) if name not in value)
        yield from (f"{where}.{name}: not described" for name in value if name not in schema["properties"])
        for name, entry in value.items():
            yield from _faults(schema["properties"].get(name, {}), entry, parts, f"{where}.{name}")
    elif kind == "array" and "items" in schema:
        for place, entry in enumerate(value):
            yield from _faults(schema["items"], entry, parts, f"{where}[{place}]")
