"""``make bench``: run the benchmarks, or those named in ARGS, and keep their results in ``results.json``."""

import json
import platform
import sys
from pathlib import Path

import duckdb

from tests.bench.loading import loading
from tests.bench.months import a_month

BENCHES = {"loading": loading, "months": a_month}
RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure, print, keep."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in sys.argv[1:] or BENCHES:
        found = BENCHES[name]()
        found["engine"] = f"duckdb {duckdb.__version__}, Python {platform.python_version()}"
        results[name] = found
        print(json.dumps({name: found}, ensure_ascii=False, indent=2))
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


main()
