"""Readers by locust, in a process of their own: ``python -m tests.bench.web.readers JSON`` prints what they waited for.

Each is signed in by the door as everybody, then goes from page to page as the three desks do, and asks for what a
browser would ask for: the page of the address, then the parts that stand on it, together. Between two pages it reads,
1 to 3 seconds. What is not answered whole is an error: another status, or a page that says trouble.
"""

import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import gevent
from gevent.pool import Group
from locust import FastHttpUser, between, task
from locust.env import Environment

from tests.bench.interactions.indicators import METRICS, SINCE
from tests.bench.web.wishes import BLOCK, kind_of, parts_of, wish_for_page, wish_for_part, wish_for_rows

THINK_S = (1, 3)
NEWEST = 0.5  # of the months that are looked at; the others are any of them
DAY_S = 86400
GROUPS = ("agent", "queue", "topic", "hour")  # the tabs beside that of the teams
LISTED = tuple(
    name for name in METRICS if name not in ("csat", "satisfied", "accuracy", "violations")
)  # lists that are long


class Reader(FastHttpUser):
    """One person with a browser."""

    abstract = False
    wait_time = between(*THINK_S)
    concurrency = 6  # connections to one host, as browsers have them
    connection_timeout = network_timeout = 60.0
    waiting: ClassVar[list[Mapping[str, str]]] = []  # who has not come to the door yet
    inside = 0
    months: Sequence[tuple[str, str]] = ()  # each month with its statement, the newest last
    contract = ""

    def on_start(self) -> None:
        """Come in: log in, and load what stands around every page."""
        self.person = self.waiting.pop()
        self.chance = random.Random(self.person["login"])
        self.client.get("/login", name="log in")
        form = {
            "login": self.person["login"],
            "password": self.person["password"],
            "csrf": self._cookie("clausemeter_login"),
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.client.post("/login", data=urlencode(form), headers=kind, name="log in", allow_redirects=False)
        self.csrf = self._cookie("clausemeter_csrf")
        self.client.get("/", name="shell")
        self.client.get("/_dash-layout", name="shell")
        known = self.client.get("/_dash-dependencies", name="shell").json()
        self.outputs = {kind_of(one["output"]): one["output"] for one in known if "header" not in one["output"]}
        role = self.person["role"]
        self.walk = {"operator_finance": self.finance, "vendor_team_lead": self.lead}.get(role, self.auditor)()
        Reader.inside += 1

    def _cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.client.cookiejar if cookie.name == name), "")

    @task
    def read(self) -> None:
        """Open the next page of the walk."""
        next(self.walk)

    # --- what a browser asks -------------------------------------------------------------------------------------

    def ask(self, name: str, wish: Mapping[str, Any]) -> Any:
        """Send a callback's wish; return what it answers."""
        with self.client.post(
            "/_dash-update-component",
            json=wish,
            name=name,
            headers={"X-CSRFToken": self.csrf},
            catch_response=True,
        ) as answer:
            text = answer.text or ""
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            elif '"className":"trouble"' in text or '"className":"empty"' in text:
                answer.failure(f"trouble: {text[text.find('trouble-what') :][:200]}")
            else:
                return json.loads(text)["response"]
        return {}

    def open(self, name: str, path: str, **query: str) -> list[Mapping[str, str]]:
        """Open a page and all that comes after it; return the ids of its parts."""
        wish = wish_for_page(path, f"?{urlencode(query)}" if query else "")
        found = list(parts_of(self.ask(f"page {name}", wish).get("page", {}).get("children")))
        together = Group()
        for one in found:
            if "what" in one:
                together.spawn(self.part, one)
        together.join()
        return found

    def part(self, part: Mapping[str, str]) -> None:
        """Ask for a part of a page."""
        group = json.loads(part["what"]).get("group", "")
        self.ask(f"part {part['type']} {group}".strip(), wish_for_part(self.outputs[part["type"]], part))

    def rows(self, name: str, of: Mapping[str, str], what: Mapping[str, Any], start: int, after: Sequence[str]) -> Any:
        """Ask for a block of a list's rows, as the grid does; return the rows and the key of the block after."""
        found = self.ask(f"rows {name}", wish_for_rows(self.outputs["items"], of, what, start, after))
        if not found:
            return [], None
        known = next(part["data"] for part in found.values() if "data" in part)
        given = next(part["getRowsResponse"] for part in found.values() if "getRowsResponse" in part)
        return given["rowData"], known.get(str(start + BLOCK))

    # --- the three walks -----------------------------------------------------------------------------------------

    def month(self) -> tuple[str, str]:
        """Return the month that is looked at next, and its statement."""
        return self.months[-1] if self.chance.random() < NEWEST else self.chance.choice(self.months)

    def auditor(self) -> Iterator[None]:
        """Go from the scorecard to an indicator, its groups, its items, down to one; then the next month."""
        while True:
            month, statement = self.month()
            self.open("scorecard", "/", contract=self.contract, month=month)
            yield
            self.open("scorecard", "/", contract=self.contract, month=month, sort=self.chance.choice(("gap", "money")))
            yield
            yield from self.indicator(statement)
            yield from self.items(month, statement)

    def finance(self) -> Iterator[None]:
        """Go through the months' money, and what stands behind a line."""
        while True:
            month, statement = self.month()
            self.open("finance", "/finance", contract=self.contract, month=month)
            yield
            self.open("statement", f"/statement/{statement}")
            yield
            self.open("scorecard", "/", contract=self.contract, month=month)
            yield
            yield from self.indicator(statement)

    def lead(self) -> Iterator[None]:
        """Look at the own team: what is left, one promise closely, its misses."""
        while True:
            month, statement = self.month()
            self.open("team", "/team", contract=self.contract, month=month)
            yield
            name = self.chance.choice(LISTED[:8])
            self.open("indicator", f"/indicator/{statement}/{name}")
            yield
            yield from self.items(month, statement)

    def indicator(self, statement: str) -> Iterator[None]:
        """Open an indicator, then one of its other tabs."""
        name = self.chance.choice(tuple(METRICS))
        found = self.open("indicator", f"/indicator/{statement}/{name}")
        yield
        tab = next((one for one in found if one["type"] == "by-group"), None)
        if tab:
            what = json.dumps({**json.loads(tab["what"]), "group": self.chance.choice(GROUPS)}, sort_keys=True)
            self.part({**tab, "what": what})
            yield

    def items(self, month: str, statement: str) -> Iterator[None]:
        """Open a list, whole or by a filter; scroll it; go deep; open an item."""
        name, query = self.chance.choice(LISTED), dict[str, str]()
        if self.chance.random() < 0.7:
            day = f"{month}-{self.chance.randrange(1, 28):02d}"
            query = self.chance.choice(
                [{"state": "missed"}, {"team": f"team {self.chance.randrange(4)}"}, {"day": day}, {"hour": "10"}]
            )
            if self.person["team"] and "team" in query:
                query["team"] = self.person["team"]
        found = self.open("items", f"/items/{statement}/{name}", **query)
        grid = next((one for one in found if one["type"] == "items"), None)
        if grid is None:
            yield
            return
        what = {"statement_id": statement, "indicator_id": name, "query": query}
        rows, after = self.rows("first", grid, what, 0, ())
        yield
        start = BLOCK
        while after and start < 3 * BLOCK:  # as one scrolls
            rows, after = self.rows("next", grid, what, start, after)
            start += BLOCK
            yield
        if "day" not in query:  # where the middle, and the end of the month are: hundreds of thousands of rows down
            began = SINCE.fromisoformat(f"{month}-01T00:00:00+08:00").timestamp()
            for depth in (14, 26):
                at = SINCE.fromtimestamp(began + depth * DAY_S, SINCE.tzinfo).isoformat()
                deep, _ = self.rows("deep", grid, what, start, (at, "", ""))
                rows = deep or rows
            yield
        if rows:
            href = urlsplit(self.chance.choice(rows)["href"])
            self.open("item", href.path)
            yield


def read(
    address: str, people: Sequence[Mapping[str, str]], months: Sequence[Any], contract: str, warm_s: float, run_s: float
) -> Any:
    """Let everybody in, read a while uncounted, then for so long; return each request's milliseconds, and errors."""
    Reader.host, Reader.waiting = address, list(people)
    Reader.months, Reader.contract = [(month, statement) for month, statement in months], contract
    environment = Environment(user_classes=[Reader])
    runner = environment.create_local_runner()
    waited: dict[str, list[float]] = defaultdict(list)
    bytes_of: dict[str, int] = defaultdict(int)
    errors: dict[str, int] = defaultdict(int)

    def note(name: str, response_time: float, response_length: int, exception: Any, **_: Any) -> None:
        waited[name].append(response_time)
        bytes_of[name] += response_length or 0
        if exception:
            errors[f"{name}: {exception}"] += 1

    environment.events.request.add_listener(note)
    environment.events.user_error.add_listener(lambda exception, **_: errors.update({f"walk: {exception!r}": 1}))
    runner.start(len(people), spawn_rate=10)
    while Reader.inside < len(people):
        gevent.sleep(0.2)
    entering = {name: waited.pop(name) for name in ("log in", "shell") if name in waited}
    gevent.sleep(warm_s)
    warming = [ms for times in waited.values() for ms in times]
    waited.clear()
    began = time.perf_counter()
    gevent.sleep(run_s)
    took = time.perf_counter() - began
    found = {name: list(times) for name, times in waited.items()}
    runner.quit()
    return {"s": took, "waited": found, "entering": entering, "warming": warming, "errors": dict(errors)}


if __name__ == "__main__":
    print(json.dumps(read(**json.loads(sys.stdin.read()))))
