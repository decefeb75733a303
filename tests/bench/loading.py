"""Loading a flat file, against the engine's own ``CREATE TABLE AS SELECT … FROM read_csv`` with the same types."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.runs.ingest_files import ingest_files

ROWS, ROUNDS = 1_500_000, 3
MAPPING = """
source: bench
channel: phone
keeper: operator
zone: Asia/Shanghai
resolution_s: "1"
file: {format: csv}
tables:
  call:
    key: {call_id: id}
    columns:
      direction: {constant: inbound}
      queue: {from: skill}
      agent_id: {from: agent}
      arrived_at: {from: arrived, format: "%Y-%m-%d %H:%M:%S"}
      queued_at: {from: queued, format: "%Y-%m-%d %H:%M:%S"}
      outcome: {from: result, values: {A: answered, L: abandoned}}
      wait_s: {from: wait, unit: s}
      talk_s: {from: talk, unit: s}
"""


class Watch:
    """Notes when the loading is over and the assembling of items begins."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.loaded_s = 0.0

    def __call__(self, _name: str, step: str, _done: int, _all: int) -> None:
        """Hear of a step."""
        if step == "assembling":
            self.loaded_s = time.perf_counter() - self.began


def loading() -> dict[str, Any]:
    """Return the seconds of the rival and of a whole ingest (archive, digest, checks, duplicates), and their ratio."""
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.csv"
        duckdb.execute(
            f"""COPY (SELECT 'c' || i AS id, 'q' || (i % 9) AS skill, 'a' || (i % 90) AS agent,
                      strftime(TIMESTAMP '2026-01-01' + to_seconds(i), '%Y-%m-%d %H:%M:%S') AS arrived,
                      strftime(TIMESTAMP '2026-01-01' + to_seconds(i + 3), '%Y-%m-%d %H:%M:%S') AS queued,
                      CASE WHEN i % 11 = 0 THEN 'L' ELSE 'A' END AS result, i % 97 AS wait, i % 301 AS talk
                FROM range({ROWS}) t(i)) TO '{path}' (HEADER)"""
        )
        for round_no in range(ROUNDS):
            store = duckdb.connect(str(Path(folder) / f"rival{round_no}.duckdb"))
            began = time.perf_counter()
            store.execute(
                f"""CREATE TABLE call AS
                SELECT * FROM read_csv('{path}', auto_detect = false, header = true, columns = {{
                    'id': 'VARCHAR', 'skill': 'VARCHAR', 'agent': 'VARCHAR', 'arrived': 'TIMESTAMP',
                    'queued': 'TIMESTAMP', 'result': 'VARCHAR', 'wait': 'DECIMAL(18,6)', 'talk': 'DECIMAL(18,6)'}})"""
            )
            store.execute("CHECKPOINT")
            keep(best, "rival_s", time.perf_counter() - began)
            store.close()
            watch = Watch()
            home = Path(folder) / f"home{round_no}"
            ingest_files(home, [MAPPING], [path], now=datetime(2026, 11, 1, tzinfo=UTC), progress=watch)
            keep(best, "with_items_s", time.perf_counter() - watch.began)
            keep(best, "load_s", watch.loaded_s)
    return {
        "rival": "CREATE TABLE AS SELECT over typed read_csv, with CHECKPOINT",
        "rows": ROWS,
        **{name: round(value, 2) for name, value in best.items()},
        "load_over_rival": round(best["load_s"] / best["rival_s"], 2),
        "with_items_over_rival": round(best["with_items_s"] / best["rival_s"], 2),
    }


def keep(best: dict[str, float], name: str, seconds: float) -> None:
    """Keep the best of the rounds."""
    best[name] = min(seconds, best.get(name, seconds))
