"""One side, once, in a process of its own: ``python -m tests.bench.interactions.side NAME FOLDER [N]`` prints JSON.

A process each, so that nobody pays for another's memory: the peak is the process's own.
"""

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

SIDES = {
    "product": ("tests.bench.interactions.product", "product"),
    "fused": ("tests.bench.interactions.fused_rival", "fused"),
    "pandas": ("tests.bench.interactions.pandas_rival", "pandas_answers"),
    "polars": ("tests.bench.interactions.polars_rival", "polars_answers"),
}


def measured(side: str, folder: Path) -> dict[str, Any]:
    """Return a side's answers, its seconds (loading included, importing not), processor seconds and peak."""
    module, function = SIDES[side]
    answers_of = getattr(import_module(module), function)
    began, cpu = time.perf_counter(), time.process_time()
    answers = answers_of(folder)
    return {
        "s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "answers": answers,
    }


def main() -> None:
    """Make the world, or measure one side."""
    side, folder, *more = sys.argv[1:]
    if side == "world":
        from tests.bench.interactions.world import make_world  # noqa: PLC0415 - a side does not import the world

        began = time.perf_counter()
        make_world(Path(folder), int(more[0]), parquet="parquet" in more)
        print(json.dumps({"s": time.perf_counter() - began}))
    else:
        print(json.dumps(measured(side, Path(folder))))


if __name__ == "__main__":
    main()
