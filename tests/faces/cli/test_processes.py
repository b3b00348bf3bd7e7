"""The command as a program of its own: on a machine without books, as a service, as the sample shop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

ORDERS = "Order ID,SKU,Quantity,Price,Date\nA-1,MUG,2,4.50,2026-01-05\nA-2,MUG,1,4.50,2026-01-06\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home that does not exist yet, on SQLite."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ENTREPOT_SECRET_KEY")}
    return {**kept, "ENTREPOT_HOME": str(tmp_path / "home")}


def entrepot(*arguments: str, environment: dict[str, str], code: int = 0) -> str:
    """Run the program; what it said."""
    command = [sys.executable, "-m", "entrepot.faces.cli", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_first_import_makes_the_books(tmp_path: Path, environment: dict[str, str]) -> None:
    """No set-up of any kind before; a second import posts nothing; the check passes."""
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    said = ("import", str(file), "--channel", "uk", "--currency", "GBP", "--zone", "Europe/London")
    assert "2 posted" in entrepot(*said, "--new-items", "create", environment=environment)
    assert "0 posted · 2 known already" in entrepot(*said, "--new-items", "create", environment=environment)
    assert "residue 0" in entrepot("check", environment=environment)


def test_help_needs_no_books(environment: dict[str, str]) -> None:
    """Asking for help makes no folder and loads nothing heavy."""
    assert "import" in entrepot("--help", environment=environment)
    assert not Path(environment["ENTREPOT_HOME"]).exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_service_answers_and_leaves_nothing_behind(environment: dict[str, str], how: signal.Signals) -> None:
    """It listens on the loopback address, sends a stranger to sign in, and takes web server and worker with it."""
    port = _free_port()
    command = [sys.executable, "-m", "entrepot.faces.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        try:
            page = _until(lambda: _read(f"http://127.0.0.1:{port}/"))
            assert b"password" in page
            others = psutil.Process(service.pid).children(recursive=True)
            assert len(others) >= 2
            listening = {c.laddr for p in (psutil.Process(service.pid), *others) for c in p.net_connections("tcp")}
            assert {address.ip for address in listening} == {"127.0.0.1"}
            service.send_signal(how)
            service.wait(60)
            assert _until(lambda: not any(_lives(process) for process in others))
        finally:
            if service.poll() is None:
                service.kill()


def test_a_taken_port_is_said(environment: dict[str, str]) -> None:
    """Another program holds the port: what to do, and exit code 1."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        output = entrepot("serve", "--port", str(other.getsockname()[1]), environment=environment, code=1)
    assert "pass another --port" in output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read()
    except OSError:
        return None


def _until(done: Callable[[], Any], tries: int = 600) -> Any:
    """Ask until the answer is true; a process of another kind than ours decides when."""
    for _ in range(tries):
        answer = done()
        if answer:
            return answer
        time.sleep(0.1)
    return done()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
