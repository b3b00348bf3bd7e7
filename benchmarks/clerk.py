"""One simulated user of the pages: signs in as a browser does, reads, types documents, imports files, decides."""

from __future__ import annotations

import http.cookiejar
import json
import random
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "Heron-57-quiet-lamp"
PAGES = (
    "/",
    "/inventory/",
    "/demand/",
    "/cost/",
    "/health/",
    "/import/",
    "/search?q=SKU",
    "/audit-trail/",
    "/closing/",
    "/enter/",
)


@dataclass
class Tally:
    """What one user asked, was answered and was promised."""

    requests: int = 0
    acts: int = 0
    typed: int = 0
    imported: int = 0
    decided: int = 0
    conflicts: int = 0
    pages: list[float] = field(default_factory=list[float])
    errors: list[str] = field(default_factory=list[str])
    posted: list[str] = field(default_factory=list[str])


class Clerk:
    """A browser with its cookies and one user's habits."""

    def __init__(self, name: str, role: str, port: int, tally: Tally) -> None:
        self.name, self.role, self.port, self.tally = name, role, port, tally
        self.cookies = http.cookiejar.CookieJar()
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open
        self.count = 0

    def wait_until_served(self, server: subprocess.Popen[Any]) -> None:
        """Return when the server answers. Raises ``RuntimeError`` when it ended or a minute passed."""
        until = time.monotonic() + 60
        while time.monotonic() < until and server.poll() is None:
            try:
                with self.open(f"http://127.0.0.1:{self.port}/sign-in", timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the server did not come up")

    def work(self, until: float, chance: random.Random, places: dict[str, list[str]]) -> None:
        """Sign in and do one thing after another until the clock says so."""
        self._sign_in()
        habits = [self._read] * 5 + [self._type] * 3
        if self.role != "warehouse":
            habits += [self._import, self._decide]
        while time.monotonic() < until:
            self.count += 1
            chance.choice(habits)(chance, places)
            time.sleep(chance.uniform(0.05, 0.6))

    # -- what he does ------------------------------------------------------------------------------------------

    def _sign_in(self) -> None:
        self._ask("/sign-in")
        self._ask("/sign-in", {"username": self.name, "password": PASSWORD})

    def _read(self, chance: random.Random, places: dict[str, list[str]]) -> None:
        address = chance.choice((*PAGES, f"/sku/{urllib.parse.quote(chance.choice(places['sku']))}/"))
        begun = time.monotonic()
        self._ask(address)
        self.tally.pages.append(time.monotonic() - begun)

    def _type(self, chance: random.Random, places: dict[str, list[str]]) -> None:
        """A receipt on the sheet: a draft, saved twice (a second window saves an old version too), posted."""
        found = self._ask("/enter/new/receipt", {})
        if found is None:
            return
        draft = urllib.parse.urlsplit(found[1]).path
        number = f"T-{self.name}-{self.count}-{uuid.uuid4().hex[:6]}"
        header = {"id": number, "effective_at": "2026-03-01 12:00", "location": chance.choice(places["place"])}
        rows = [
            {"sku": chance.choice(places["sku"]), "quantity": str(chance.randint(1, 90))}
            for _ in range(chance.randint(1, 6))
        ]
        sheet: dict[str, Any] = {"header": header, "rows": rows[:1], "version": 1}
        said = self._tell(f"{draft}save", sheet)
        if said is None:
            return
        stale = self._tell(f"{draft}save", sheet)  # the version of before: refused, nothing overwritten
        self.tally.conflicts += stale is not None and stale[0] == 409
        sheet |= {"rows": rows, "version": (said[1] or {}).get("version", 2)}
        done = self._tell(f"{draft}post", sheet)
        if done is not None and done[0] == 200 and (done[1] or {}).get("go"):
            self.tally.posted.append(number)
            self.tally.typed += 1
        elif done is not None:
            self.tally.errors.append(f"{draft}post answered {done[0]}: {done[1]}")

    def _import(self, chance: random.Random, places: dict[str, list[str]]) -> None:
        """A file of receipts: uploaded, tried, confirmed, waited for."""
        numbers = [f"F-{self.name}-{self.count}-{n}-{uuid.uuid4().hex[:6]}" for n in range(chance.randint(2, 12))]
        content = _file(numbers, chance, places)
        page = self._ask("/import/", files=("receipts.csv", content))
        if page is None:
            return
        address = urllib.parse.urlsplit(page[1]).path
        if self._phase(address, "checked") != "checked":
            return
        self._ask(f"{address}confirm", {})
        if self._phase(address, "done") == "done":
            self.tally.posted += numbers
            self.tally.imported += 1

    def _phase(self, address: str, wanted: str) -> str:
        phase = ""
        for _ in range(240):
            page = self._ask(address)
            phase = (re.findall(r'data-phase="(\w+)"', page[2]) or [""])[0] if page else ""
            if phase in (wanted, "failed", "cancelled", "asked", ""):
                break
            time.sleep(0.5)
        if phase != wanted:
            self.tally.errors.append(f"{address}: {phase or 'no answer'} instead of {wanted}")
        return phase

    def _decide(self, chance: random.Random, places: dict[str, list[str]]) -> None:
        """Approve what stands open today, then take it back; without anything open, keep a token."""
        page = self._ask("/")
        offered = re.findall(r'"(/decisions/[^"/]+/)approve"', page[2]) if page else []
        if not offered:
            self._ask("/tokens", {"name": f"{self.name} {self.count}", "days": "30"})
            self.tally.acts += 1
            return
        one = chance.choice(offered)
        if self._ask(f"{one}approve", {}) is not None:
            self.tally.decided += 1
            if chance.random() < 0.5:
                self._ask(f"{one}undo", {})

    # -- how he asks -------------------------------------------------------------------------------------------

    def _ask(
        self, address: str, form: dict[str, str] | None = None, *, files: tuple[str, bytes] | None = None
    ) -> tuple[int, str, str] | None:
        """Status, final address and text; ``None`` (and an error noted) where the server failed."""
        body, kind = None, ""
        if files is not None:
            body, kind = _multipart({"csrfmiddlewaretoken": self._token(), "zone": "UTC"}, *files)
        elif form is not None:
            body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": self._token()}).encode()
            kind = "application/x-www-form-urlencoded"
        return self._send(address, body, kind)

    def _tell(self, address: str, said: dict[str, Any]) -> tuple[int, Any] | None:
        answer = self._send(address, json.dumps(said).encode(), "application/json")
        if answer is None:
            return None
        try:
            return answer[0], json.loads(answer[2])
        except ValueError:
            return answer[0], None

    def _send(self, address: str, body: bytes | None, kind: str) -> tuple[int, str, str] | None:
        headers = {"X-CSRFToken": self._token(), "Referer": f"http://127.0.0.1:{self.port}/"}
        if kind:
            headers["Content-Type"] = kind
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{address}", body, headers)
        self.tally.requests += 1
        try:
            with self.open(asked, timeout=90) as answer:
                return answer.status, answer.geturl(), answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code >= 500:
                self.tally.errors.append(f"{self.name} {address} answered {error.code}")
                return None
            if error.code not in (403, 404, 409, 422):
                self.tally.errors.append(f"{self.name} {address} answered {error.code}")
            return error.code, address, text
        except OSError as error:
            self.tally.errors.append(f"{self.name} {address}: {error}")
            return None

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")


def _file(numbers: list[str], chance: random.Random, places: dict[str, list[str]]) -> bytes:
    lines = ["Receipt number,Date,Location,SKU,Quantity"]
    lines += [
        f"{number},2026-03-01T12:00:00Z,{chance.choice(places['place'])},{chance.choice(places['sku'])},{chance.randint(1, 90)}"
        for number in numbers
    ]
    return "\n".join(lines).encode()


def _multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
    ]
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return b"".join(
        [*parts, head.encode(), content, f"\r\n--{edge}--\r\n".encode()]
    ), f"multipart/form-data; boundary={edge}"
