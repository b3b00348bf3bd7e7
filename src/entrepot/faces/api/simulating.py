"""The twin for programs: ways of ordering and what goes wrong in, costs with their spread out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from entrepot.faces.api.security import viewer_of
from entrepot.faces.simulations import ask

simulating = Router()


class ScenarioIn(Schema):
    """A question to the twin; texts as ``entrepot simulate --help`` and the guide describe them."""

    ways: Annotated[list[Annotated[str, Field(max_length=20)]], Field(min_length=1, max_length=6)] = [
        "plan",
        "sheet",
        "cover",
    ]
    mode: Literal["futures", "past"] = "futures"
    futures: Annotated[int, Field(ge=10, le=1000)] = 200
    weeks: Annotated[int, Field(ge=4, le=52)] = 26
    seed: Annotated[int, Field(ge=0, le=10**9)] = 1
    disruption: Annotated[str, Field(max_length=1000)] = ""
    waits: Annotated[str, Field(max_length=1000, description="places whose customers wait, LA:2")] = ""
    rules: Annotated[str, Field(max_length=20_000, description="the seller's own rules, TOML")] = ""


class ScenarioOut(Schema):
    """The answer; or the job to wait for, and the first futures' answer as soon as it is there. Ask again when it is done."""

    key: str
    job: int | None = None
    answer: dict[str, Any] | None = None
    first: dict[str, Any] | None = None


@simulating.post("/simulate", response={200: ScenarioOut, 202: ScenarioOut}, summary="What ways of ordering would cost")
def post_simulate(request: HttpRequest, wish: ScenarioIn) -> Any:
    """The twin on the caller's books: every way calm and disturbed, families, spread, fill rate, curves, items. Posts nothing.

    200 with the answer where it is known, else 202 with the job of the worker; needs see_cost. Amounts in minor units.
    """
    found = ask(viewer_of(request), wish.dict(), begin=True)
    said = {"key": found.key, "job": found.job.pk if found.job else None, "answer": found.answer, "first": found.first}
    response = JsonResponse(
        said, status=202 if found.answer is None else 200, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "private, no-store"
    return response
