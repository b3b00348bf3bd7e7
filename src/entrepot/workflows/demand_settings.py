"""What a seller tells the forecast in the folder ``demand`` of his home: his event calendar, and models from elsewhere.

``events.toml``::

    calendars = ["west", "china"]         # of those that come with the product (west, china, gulf); default: west

    [[event]]                             # his own events; the code of a known one replaces it
    code = "summer_sale"
    day = "07-01"                         # month-day, black_friday, prime_day, lunar_new_year or ramadan
    effect = [[0, 1, 0.5], [2, 3, -0.1]]  # weeks from that day's: first, last, share of normal demand more (or less)

``models.toml``::

    [[model]]
    load = "my_model.py:load"             # a file in this folder (or package.module:function): called with the path of …
    weights = "my_model.npz"              # … the weights that he brings; it returns an OutsideModel

    [[model]]
    statsforecast = "DynamicOptimizedTheta"   # the optional extra; for the ``series`` that sell most
    series = 300

A file that cannot be understood is a problem that names it; nothing is guessed. The run then goes on with the product's settings
and says so among its alarms.
"""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.reasons import Reason

if TYPE_CHECKING:
    from entrepot.engines.demand import Event
    from entrepot.engines.demand.outside import OutsideModel

WEEKS_AWAY = 26
"""Weeks around an event's day that it may reach."""


@dataclass(frozen=True)
class DemandSettings:
    """Events of the calendar, and models that may take part."""

    events: tuple[Event, ...]
    models: tuple[OutsideModel, ...] = ()


def demand_settings(home: Path) -> DemandSettings:
    """The settings in ``home / "demand"``; those of the product where there is no such file.

    Raises :class:`~entrepot.core.errors.ProblemError` for a file that makes no sense.
    """
    folder = home / "demand"
    return DemandSettings(_events(folder / "events.toml"), _models(folder / "models.toml"))


def settings_or_default(home: Path) -> tuple[DemandSettings, list[Reason]]:
    """The settings; or, where a file makes no sense, those of the product and a line that says so: the morning's forecast is not
    lost to a typing error."""
    from entrepot.engines.demand import WEST

    try:
        return demand_settings(home), []
    except ProblemError as error:
        found = error.problems[0]
        text = f"{found.document}: {found.message} ({found.remedy}); the product's own settings were used."
        parameters = {"file": found.document, "field": found.field, "found": found.found}
        return DemandSettings(WEST), [Reason("alarm_settings", text, parameters)]


def _events(file: Path) -> tuple[Event, ...]:
    from entrepot.engines.demand import CALENDARS, WEST

    table = _read(file)
    if table is None:
        return WEST
    found: dict[str, Event] = {}
    for name in table.get("calendars", ["west"]):
        if name not in CALENDARS:
            raise _wrong(file, "there is no such calendar", f"choose among {', '.join(CALENDARS)}", "calendars", name)
        found |= {event.code: event for event in CALENDARS[name]}
    for row in table.get("event", []):
        event = _event(file, row)
        found[event.code] = event
    return tuple(found.values())


def _event(file: Path, row: dict[str, Any]) -> Event:
    from entrepot.engines.demand import Event
    from entrepot.engines.demand.events import day_of

    code, day = str(row.get("code", "")), str(row.get("day", ""))
    if not code:
        raise _wrong(file, "an event has no code", "give it a short name of its own", "code", "")
    try:
        known = day_of(day, 2024) is not None  # a leap year, so that the 29th of February passes
    except ValueError:
        known = False
    if not known:
        remedy = "write month-day (07-01), black_friday, prime_day, lunar_new_year or ramadan"
        raise _wrong(file, f"the day of event {code} is not understood", remedy, "day", day)
    effect = cast(list[list[float]], row.get("effect", []))
    if not effect or not all(_is_effect(part) for part in effect):
        remedy = (
            f"write [[first week, last week, share], …]: weeks within ±{WEEKS_AWAY}, shares above -1 and at most 10"
        )
        raise _wrong(file, f"the effect of event {code} is not understood", remedy, "effect", str(effect))
    return Event(code, day, tuple((int(first), int(last), float(share)) for first, last, share in effect))


def _is_effect(part: Any) -> bool:
    if not isinstance(part, list) or len(cast(list[Any], part)) != 3:
        return False
    first, last, share = cast(list[Any], part)
    whole = isinstance(first, int) and isinstance(last, int) and not isinstance(share, str)
    return whole and -WEEKS_AWAY <= first <= last <= WEEKS_AWAY and -1 < float(share) <= 10


def _models(file: Path) -> tuple[OutsideModel, ...]:
    table = _read(file)
    return () if table is None else tuple(_model(file, row) for row in table.get("model", []))


def _model(file: Path, row: dict[str, Any]) -> OutsideModel:
    if "statsforecast" in row:
        from entrepot.engines.demand.statsforecast_model import StatsforecastModel

        if importlib.util.find_spec("statsforecast") is None:
            raise _wrong(file, "statsforecast is not installed", "pip install entrepot[peers]", "statsforecast", "")
        return StatsforecastModel(str(row["statsforecast"]), int(row.get("series", 300)))
    target = str(row.get("load", ""))
    weights = file.parent / str(row.get("weights", ""))
    if not row.get("weights") or not weights.exists():
        remedy = "lay the file of weights into the same folder"
        raise _wrong(file, f"the weights of {target} are not there", remedy, "weights", str(row.get("weights", "")))
    try:
        return cast("OutsideModel", _loader(file.parent, target)(weights))
    except Exception as error:
        # The seller's own code: whatever it raises, he is to read it.
        remedy = "it is called with the path of the weights and returns a model with name and totals()"
        raise _wrong(file, f"{target} does not load: {error}", remedy, "load", target) from error


def _loader(folder: Path, target: str) -> Any:
    """The function that ``target`` names: ``file.py:function`` beside the settings, or ``package.module:function``."""
    where, _, name = target.partition(":")
    if where.endswith(".py"):
        spec = importlib.util.spec_from_file_location(f"entrepot_outside_{Path(where).stem}", folder / where)
        if spec is None or spec.loader is None:
            raise ImportError(f"no file {where}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(where)
    return getattr(module, name or "load")


def _read(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(file, f"the file is not TOML: {error}", "see the guide for an example", "", "") from error


def _wrong(file: Path, message: str, remedy: str, field: str, found: str) -> ProblemError:
    return ProblemError(
        Problem("demand_settings", message, remedy, document=f"demand/{file.name}", field=field, found=found)
    )
