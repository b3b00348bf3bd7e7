"""Answers: read functions' results as JSON without what the viewer may not see, and as schemas for the description."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.http import JsonResponse
from pydantic import BaseModel, Field, create_model

from entrepot.books.access import Viewer


def answer(viewer: Viewer, value: Any, status: int = 200) -> JsonResponse:
    """``value`` as the response of an operation."""
    response = JsonResponse(
        visible(viewer, value), status=status, safe=False, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "private, no-store"
    return response


def visible(viewer: Viewer, value: Any) -> Any:
    """Plain data of a result: instants as ISO text, and fields that need a permission only for who holds it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        said = {
            name: visible(viewer, getattr(value, name)) for name, need in _fields(type(value)) if _may(viewer, need)
        }
        return {**said, **{name: getattr(value, name) for name in _reckoned(type(value))}}
    if isinstance(value, Mapping):
        return {str(key): visible(viewer, entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [visible(viewer, entry) for entry in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _may(viewer: Viewer, need: str) -> bool:
    return not need or viewer.can(need)


@cache
def _fields(kind: Any) -> tuple[tuple[str, str], ...]:
    """Name of each field and the permission that it needs, empty for none."""
    return tuple((field.name, field.metadata.get("needs", "")) for field in dataclasses.fields(kind))


@cache
def schema_of(shape: Any) -> Any:
    """The pydantic model that describes a result class (``Page[StockRow]`` too), for the OpenAPI description."""
    kind, parameters = get_origin(shape) or shape, get_args(shape)
    names = getattr(kind, "__parameters__", ())
    bound = dict(zip(names, parameters, strict=False))
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        need = field.metadata.get("needs")
        hint = _described(bound.get(hints[field.name], hints[field.name]), bound)
        if need:
            fields[field.name] = (hint | None, Field(None, description=f"only with the permission {need}"))
        else:
            fields[field.name] = (hint, ...)
    for name in _reckoned(kind):
        fields[name] = (get_type_hints(getattr(kind, name).fget)["return"], ...)
    title = "".join([kind.__name__, *(parameter.__name__ for parameter in parameters)])
    model: type[BaseModel] = create_model(title, __doc__=(kind.__doc__ or "").strip().split("\n")[0], **fields)
    return model


def _described(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """A type hint with every result class replaced by its schema."""
    hint = bound.get(hint, hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return Union[tuple(_described(argument, bound) for argument in arguments)]  # noqa: UP007
    if dataclasses.is_dataclass(origin or hint):
        return schema_of(origin[tuple(bound.get(a, a) for a in arguments)] if origin else hint)  # type: ignore[index]
    if origin is None:
        return hint
    if origin is Mapping:
        origin = dict
    return origin[tuple(_described(argument, bound) for argument in arguments)]  # type: ignore[index]


@cache
def _reckoned(kind: type) -> tuple[str, ...]:
    """Properties that belong to the answer (``stale``, ``percent``)."""
    return tuple(name for name, member in vars(kind).items() if isinstance(member, property))
