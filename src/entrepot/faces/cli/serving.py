"""``entrepot serve`` and ``entrepot worker``: the web service on the loopback address, and the worker beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import open_books

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the web app and the API, with one worker for long jobs; Ctrl-C ends both."""
    open_books()
    first_sign_in()
    run(host, port)


def worker(
    once: Annotated[bool, typer.Option(help="Do the jobs that wait, then end.")] = False,
) -> None:
    """Do long jobs (imports of uploads, valuing, planning) as they come."""
    open_books()
    from entrepot.faces.parent import end_with_parent
    from entrepot.faces.worker import work

    end_with_parent()

    work(once=once)


def run(host: str, port: int) -> None:
    """Serve until told to stop. Raises ``ProblemError`` when the port is taken."""
    need_port(host, port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")
    from django.conf import settings

    from entrepot.faces.parent import PARENT

    # Static files are served from the package; the empty folder keeps the server from asking where it is.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    os.environ[PARENT] = str(os.getpid())
    beside = subprocess.Popen([sys.executable, "-m", "entrepot.faces.cli", "worker"], stdin=subprocess.DEVNULL)
    try:
        _serve(host, port)
    finally:
        beside.terminate()
        try:
            beside.wait(10)
        except subprocess.TimeoutExpired:
            beside.kill()


def first_sign_in(name: str = "owner") -> None:
    """Make the first owner where nobody can sign in yet, and say his password this once."""
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.setup import first_owner

    password = first_owner(name)
    if password is None:
        say("sign in with the password that was shown before; another one: entrepot user password NAME")
    else:
        say(
            f"sign in as    {name}",
            f"password      {password}    (shown once; change it: entrepot user password {name})",
        )


def _serve(host: str, port: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from entrepot.faces.cli.printing import say

    say(f"Entrepot      http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/    (Ctrl-C ends it)")  # noqa: S104
    Server(
        "entrepot.faces.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=4, log_level=LogLevels.warning,
    ).serve()  # fmt: skip


def need_port(host: str, port: int) -> None:
    """Raise ``ProblemError`` when the port cannot be had."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ProblemError(
                Problem("port_taken", f"{host}:{port} cannot be used", "pass another --port, or end what holds it",
                        found=error.strerror or str(error))
            ) from None  # fmt: skip
