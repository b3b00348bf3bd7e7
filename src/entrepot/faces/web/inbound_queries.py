"""What the pages of inbound plans ask of the floors below."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.selectors import naming
from entrepot.faces.web.entry_queries import revalue
from entrepot.workflows import inbound
from entrepot.workflows.entered import Posted
from entrepot.workflows.inbound import Part, Plan

__all__ = ["Part", "Plan"]


def places(viewer: Viewer) -> dict[str, str]:
    """Places that goods of his may leave."""
    return naming.places(viewer.locations)


def every_place() -> dict[str, str]:
    """Places that goods may go to."""
    return naming.places()


def plans(viewer: Viewer) -> list[Plan]:
    """Plans, newest first."""
    return inbound.plans(viewer)


def plan(viewer: Viewer, number: str) -> Plan:
    """One of them. Raises ``ProblemError``."""
    return inbound.plan(viewer, number)


def make(viewer: Viewer, origin: str, text: str) -> str:
    """A new one; its number. Raises ``ProblemError``."""
    return inbound.make(viewer, origin, text)


def split(viewer: Viewer, number: str, version: int, parts: list[Part]) -> Plan:
    """Keep its parts. Raises ``ProblemError``."""
    return inbound.split(viewer, number, version, parts)


def send(viewer: Viewer, number: str, version: int, reference: str, origin: str) -> Posted:
    """Send one part; figures follow in the worker. Raises ``ProblemError``."""
    done = inbound.send(viewer, number, version, reference, origin=origin)
    revalue(viewer, reference)
    return done
