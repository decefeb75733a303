"""The partition law: states and counts of any split of the items add up to the same result, bit for bit."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.metrics.declare import installed_metrics
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.partition import counts_of_part, tied_together
from pipelines.samples.generate import generate
from pipelines.scoring.counts import Counts, measured, total
from tests.conftest import ROOT

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAYS: Any = {"since": date(2026, 10, 1), "until": date(2026, 11, 1), "zone": "Asia/Shanghai", "cut_off_at": NOW}
METRICS = list(installed_metrics())
# Defaults, and the readings that look from one item to another.
READINGS: list[dict[str, str]] = [
    {},
    {
        "retries_merge_min": "600", "grain": "customer_day", "evidence": "no_repeat", "split_after_min": "10",
        "by": "contact", "cycles": "first",
    },
]  # fmt: skip
CHILD = """
import json, sys
from datetime import date, datetime
from pathlib import Path
from pipelines.runs.partition import counts_of_part
said = json.loads(sys.argv[1])
said.update(since=date.fromisoformat(said["since"]), until=date.fromisoformat(said["until"]),
            cut_off_at=datetime.fromisoformat(said["cut_off_at"]))
found = counts_of_part(Path(said.pop("home")), said.pop("metrics"), **said)
shown = {key: dict(vars(counts)) for key, counts in found.items()}
for counts in shown.values():
    counts["histogram"] = {str(amount): n for amount, n in counts["histogram"].items()}
print(json.dumps(shown, default=str))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample logs of one month of both vendors."""
    world = generate(tmp_path_factory.mktemp("logs"), months=1, rows=3_000, seed=5)
    made = tmp_path_factory.mktemp("home")
    for mapping in sorted((ROOT / "data/mappings").glob("sample_*.yaml")):
        ingest_files(made, [mapping], [world.out / file.path for file in world.of(mapping.stem)], now=NOW)
    return made


def apart(home: Path, part: int, of: int, terms: Mapping[str, str]) -> dict[str, Counts]:
    """Count a part in a process of its own, and read what it prints."""
    said = {"home": str(home), "metrics": METRICS, "part": part, "of": of, "terms": terms}
    said |= {name: str(value) for name, value in DAYS.items()}
    run = subprocess.run([sys.executable, "-c", CHILD, json.dumps(said)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return {
        key: Counts(
            Counter(counts["states"]),
            Counter(counts["outside"]),
            Decimal(counts["amount"]),
            Counter(counts["kept_by_vendor"]),
            Decimal(counts["base"]),
            Counter({Decimal(amount): n for amount, n in counts["histogram"].items()}),
        )
        for key, counts in json.loads(run.stdout.splitlines()[-1]).items()  # a slow machine's progress comes before
    }


@pytest.mark.parametrize("terms", READINGS, ids=["defaults", "across-items"])
def test_parts_counted_in_processes_of_their_own_add_up_to_the_whole(home: Path, terms: dict[str, str]) -> None:
    whole = counts_of_part(home, METRICS, part=0, of=1, terms=terms, **DAYS)
    parts = [apart(home, part, 3, terms) for part in range(3)]
    several = 0
    for key, metric in installed_metrics().items():
        mine = [part[key] for part in parts if key in part]
        several += sum(1 for one in mine if one.population) > 1
        added = total(mine)
        assert added == whole.get(key, Counts()), key
        assert measured(metric, added) == measured(metric, whole.get(key, Counts())), key
    assert several >= 20  # most metrics really were in pieces


def test_what_ties_connect_has_one_label() -> None:
    ties = [("b", "a"), ("c", "b"), ("x", "y"), ("z", "z")]
    assert tied_together(ties) == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x", "z": "z"}
