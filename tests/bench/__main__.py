"""``make bench``: run the benchmarks, or those in ARGS (``closing:300000``: of that size), and keep their results."""

import json
import platform
import sys
from collections.abc import Callable
from typing import Any

import duckdb

from tests.bench.closing import closing
from tests.bench.loading import loading
from tests.bench.months import a_month
from tests.bench.results import keep

BENCHES: dict[str, Callable[..., dict[str, Any]]] = {"closing": closing, "loading": loading, "months": a_month}


def main() -> None:
    """Measure, print, keep."""
    for asked in sys.argv[1:] or BENCHES:
        name, _, size = asked.partition(":")
        found = BENCHES[name](*([int(size)] if size else []))
        found["engine"] = f"duckdb {duckdb.__version__}, Python {platform.python_version()}"
        keep(name, found)
        print(json.dumps({name: found}, ensure_ascii=False, indent=2))


main()
