"""``make bench``: run the benchmarks, or those named in ARGS, and keep their results in ``results.json``."""

import json
import platform
import sys

import duckdb

from tests.bench.loading import loading
from tests.bench.months import a_month
from tests.bench.results import keep

BENCHES = {"loading": loading, "months": a_month}


def main() -> None:
    """Measure, print, keep."""
    for name in sys.argv[1:] or BENCHES:
        found = BENCHES[name]()
        found["engine"] = f"duckdb {duckdb.__version__}, Python {platform.python_version()}"
        keep(name, found)
        print(json.dumps({name: found}, ensure_ascii=False, indent=2))


main()
