"""``make bench-web``: the web under fifty readers, and by a browser's clock; kept in ``tests/bench/results.json``.

``ARGS=1000000`` reads a home of a million interactions over all months (default ten million); ``--months``,
``--readers``, ``--seconds`` say how many and how long, ``--warm`` how long they read before it counts; ``--again``
makes the home anew; ``--dry`` keeps nothing.
"""

import argparse
import json
import math
import os
import platform
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from pipelines.runs.statements import list_statements
from tests.bench.results import keep
from tests.bench.web.browser import looked_at
from tests.bench.web.home import Person, home_of, people_of

ITEM = "page item"
ITEMS = ("page items", "rows", "part misses", "part clocks")  # how the names of what is read from items begin


def main() -> None:
    """Make the home, serve it, read it, look at it, keep."""
    asked = _arguments()
    home = home_of(asked.interactions, asked.months, again=asked.again)
    people = people_of(home, asked.readers)
    with served(home) as (address, process):
        before = cpu_s(process.pid)
        read = readers(address, home, people, asked.warm, asked.seconds)
        spent = cpu_s(process.pid) - before
        seen = {} if asked.no_browser else looked_at(address, people[0].login, people[0].password)
    found = {
        "interactions": asked.interactions,
        "months": asked.months,
        "readers": asked.readers,
        "think_s": "1 to 3 between two pages, evenly",
        "warm_s": asked.warm,
        "seconds": asked.seconds,
        "workers": "2 gunicorn processes of 4 threads, as `clausemeter serve`; locust and Chromium on the same cores",
        **judged(read, seen),
        "server_cpu_s_per_s": round(spent / (read["s"] + asked.warm), 2),
        "engine": f"duckdb {duckdb.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores",
    }
    print(json.dumps({"web": found}, ensure_ascii=False, indent=2))
    if not asked.dry:
        keep("web", found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interactions", nargs="?", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--warm", type=float, default=300)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--dry", action="store_true")
    return parser.parse_args()


@contextmanager
def served(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a home as `clausemeter serve` does, at a free port; lend its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("clausemeter")), "serve", "--home", str(home), "--port", str(port)]
    log = (home / "served.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/login", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit(f"the server ended; {home / 'served.log'} says why")
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def cpu_s(pid: int) -> float:
    """Return the processor seconds that a process and its children have spent; 0 where the system does not tell."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        return 0.0
    children = [
        int(child) for one in tasks.iterdir() for child in (one / "children").read_text(encoding="ascii").split()
    ]
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_s, children))


def readers(address: str, home: Path, people: Sequence[Person], warm_s: float, run_s: float) -> Any:
    """Let the readers read, in a process of their own."""
    refs = sorted((ref for ref in list_statements(home) if ref.is_latest), key=lambda ref: ref.month)
    wish = {
        "address": address,
        "people": [asdict(one) for one in people],
        "months": [(ref.month, ref.id) for ref in refs],
        "contract": refs[-1].contract,
        "warm_s": warm_s,
        "run_s": run_s,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.web.readers"],
        input=json.dumps(wish),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the readers failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def judged(read: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was waited for, with its targets beside it."""
    waited = read["waited"]
    of_item = [name for name in waited if name == ITEM]
    of_items = [name for name in waited if name.startswith(ITEMS)]
    of_cubes = [name for name in waited if name not in (*of_items, *of_item)]

    def together(names: Sequence[str]) -> dict[str, Any]:
        return spread([ms for name in names for ms in waited[name]])

    found = {
        "callbacks answered by cubes": {**together(of_cubes), "target": "p95 under 150 ms"},
        "items, at any depth": {**together(of_items), "target": "under 200 ms"},
        "one item": together(of_item),
        "errors": {"is": read["errors"], "target": "none"},
        "requests_per_s": round(sum(map(len, waited.values())) / read["s"], 1),
        "by_request": {name: spread(waited[name]) for name in sorted(waited)},
        "while it warmed": spread(read["warming"]),
        "entering": {name: spread(times) for name, times in read["entering"].items()},
    }
    return {**seen, **found}


def spread(times: Sequence[float]) -> dict[str, Any]:
    """Return how many, and the milliseconds of the half, of 95 of 100, and of the slowest."""
    ranked = sorted(times)
    if not ranked:
        return {"n": 0}
    return {
        "n": len(ranked),
        **{f"p{p}_ms": round(ranked[math.ceil(len(ranked) * p / 100) - 1]) for p in (50, 95)},
        "max_ms": round(ranked[-1]),
    }


if __name__ == "__main__":
    main()
