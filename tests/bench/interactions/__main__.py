"""``make bench-metrics``: twenty indicators over a month, against three rivals; kept in ``tests/bench/results.json``.

``ARGS=1000000`` measures a month of a million interactions (default ten million); ``--rounds N`` takes the best of N;
``--sides product,fused`` leaves rivals out; ``--linear 1,10,100`` runs the product alone on so many millions;
``--views`` asks a cube; ``--dry`` keeps nothing.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.canonical import sha256_hex
from pipelines.ingest.items import assembly_digest
from tests.bench.interactions.indicators import METRICS, disagreements
from tests.bench.interactions.views import views
from tests.bench.results import keep

FOLDER = Path(".cache/bench")
BYTES_EACH = 500  # of disk: about 150 in the store, 80 in Parquet, and room to write it
RIVALS = ("fused", "pandas", "polars")
TARGETS = {
    "product_over_fused": "at most 2",
    "pandas_over_product": "at least 5",
    "polars_over_product": "at least 2",
    "memory_over_pandas": "at most 0.2",
}


def main() -> None:
    """Make the world, let every side measure it, compare, keep."""
    asked = _arguments()
    found: dict[str, Any]
    if asked.linear:
        found = {"linear": [linear(int(float(part) * 1e6)) for part in asked.linear.split(",")]}
        name = "interactions_linear"
    elif asked.views:
        found, name = views(world(asked.interactions)), "interactions_views"
    else:
        sides = asked.sides.split(",")
        found, name = compared(world(asked.interactions), asked.interactions, sides, asked.rounds), "interactions"
    found["engine"] = f"duckdb {duckdb.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores"
    print(json.dumps({name: found}, ensure_ascii=False, indent=2))
    if not asked.dry:
        keep(name, found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interactions", nargs="?", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sides", default=",".join(("product", *RIVALS)))
    parser.add_argument("--linear", default="")
    parser.add_argument("--views", action="store_true")
    parser.add_argument("--dry", action="store_true")
    return parser.parse_args()


def world(n: int, *, parquet: bool = True) -> Path:
    """Return the folder of a world of ``n`` interactions, made anew where its makers have changed."""
    folder = FOLDER / str(n)
    here = Path(__file__).parent
    makers = [(here / name).read_bytes() for name in ("world.sql", "world.py")]
    stamp = sha256_hex(b"".join([*makers, assembly_digest().encode(), str(parquet).encode()]))
    note = folder / "made_by"
    if note.exists() and note.read_text(encoding="utf-8") == stamp:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(FOLDER).free
    if free < n * BYTES_EACH:
        raise SystemExit(f"{n:,} interactions want {n * BYTES_EACH / 1e9:.0f} GB of disk; {free / 1e9:.0f} GB are free")
    took = child("world", folder, str(n), *(["parquet"] if parquet else []))
    print(f"a month of {n:,} interactions made in {took['s']:.0f} s", file=sys.stderr)
    note.write_text(stamp, encoding="utf-8")
    return folder


def child(side: str, folder: Path, *more: str) -> dict[str, Any]:
    """Run a side in a process of its own, on two threads."""
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONPATH": "."}
    command = [sys.executable, "-m", "tests.bench.interactions.side", side, str(folder), *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def best_of(folder: Path, sides: Sequence[str], rounds: int) -> dict[str, dict[str, Any]]:
    """Return each side's best round; the sides take turns, so that a busy minute is nobody's alone."""
    best: dict[str, dict[str, Any]] = {}
    for number in range(rounds):
        for side in sides:
            found = child(side, folder)
            print(f"round {number + 1}, {side}: {found['s']:.1f} s, {found['peak_mb']:.0f} MB", file=sys.stderr)
            known = best.setdefault(side, found)
            if found["answers"] != known["answers"]:
                raise SystemExit(f"{side} contradicts itself from one round to the next")
            for what in ("s", "cpu_s", "peak_mb"):
                known[what] = min(known[what], found[what])
    return best


def compared(folder: Path, n: int, sides: Sequence[str], rounds: int) -> dict[str, Any]:
    """Return every side's seconds and memory, and the ratios; a disagreement is an error that names the indicator."""
    best = best_of(folder, sides, rounds)
    first, *others = sides
    said = [line for other in others for line in disagreements(best[first]["answers"], best[other]["answers"], other)]
    if said:
        raise SystemExit("\n".join(["The sides disagree:", *said]))
    found: dict[str, Any] = {
        "rivals": "hand-fused SQL over the same tables; pandas and polars (streaming) from the same Parquet",
        "interactions": n,
        "rounds": rounds,
        "indicators": len(best[first]["answers"]),
        **{side: {what: round(best[side][what], 2) for what in ("s", "cpu_s", "peak_mb")} for side in sides},
    }
    missing = sorted(set(METRICS) - set(best[first]["answers"]))
    if missing:
        found["not_measured_by_the_product"] = missing
    if "product" in best:
        found["ratios"] = _ratios(best)
    return found


def _ratios(best: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the ratios that have targets, each with it: of seconds by the clock, and of processor seconds."""
    ours = best["product"]
    ratios: dict[str, float] = {}
    if "fused" in best:
        ratios["product_over_fused"] = ours["s"] / best["fused"]["s"]
    for rival in ("pandas", "polars"):
        if rival in best:
            ratios[f"{rival}_over_product"] = best[rival]["s"] / ours["s"]
    if "pandas" in best:
        ratios["memory_over_pandas"] = ours["peak_mb"] / best["pandas"]["peak_mb"]
    by_cpu = {rival: round(best[rival]["cpu_s"] / ours["cpu_s"], 2) for rival in RIVALS if rival in best}
    return {
        **{name: {"is": round(value, 2), "target": TARGETS[name]} for name, value in ratios.items()},
        "processor_seconds_of_rivals_over_product": by_cpu,
    }


def linear(n: int) -> dict[str, Any]:
    """Return the product's seconds and peak over ``n`` interactions; a world made for this alone is removed."""
    had = (FOLDER / str(n)).exists()
    folder = world(n, parquet=had)
    found = child("product", folder)
    if not had:
        shutil.rmtree(folder)
    return {
        "interactions": n,
        "s_per_million": round(found["s"] / n * 1e6, 3),
        **{what: round(found[what], 2) for what in ("s", "cpu_s", "peak_mb")},
    }


if __name__ == "__main__":
    main()
