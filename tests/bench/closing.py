"""A month under contract A closed, sealed and exported, against its metrics alone: every count, and no row kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.runs.export import FORMS
from tests.bench.interactions.__main__ import FOLDER, world
from tests.conftest import ROOT

INTERACTIONS = 10_000_000
# The made world has its own names of vendors, teams and logs: contract A, asked of these.
RENAMED = {
    "scope: {vendor: [远帆外包]}": "scope: {vendor: [vendor 0, vendor 1]}",
    "远帆一组": "team 0",
    "sample_yuanfan_calls": "pbx",
    "sample_chat": "im",
    "sample_email": "mail",
    "sample_cases": "crm",
    "sample_surveys": "survey",
    "sample_inspections": "quality",
}
AGREEING = 15  # indicators whose counts both sides have, at least
PDF = "pdf_of_3000_lines"
COUNTED = ("close", "seal", *(f"export {form}" for form in FORMS))


def closing(interactions: int = INTERACTIONS) -> dict[str, Any]:
    """Return what each step takes by the clock and of the processors, and the ratios to the metrics."""
    made = world(interactions, parquet=(FOLDER / str(interactions)).exists())  # one that bench-metrics made will do
    home = _home(made, interactions)
    took: dict[str, dict[str, Any]] = {}
    for step in ("metrics", "close", "approve", *COUNTED[1:], PDF):
        took[step] = _step(step, home)
        print(f"{step}: {took[step]['s']} s, {took[step]['cpu_s']} s of processors", file=sys.stderr)
    shutil.rmtree(home)
    _agree(took["metrics"].pop("counts"), took["close"].pop("counts"))
    del took["approve"]
    whole = {what: sum(took[step][what] for step in COUNTED) for what in ("s", "cpu_s")}
    return {
        "rival": "the metrics alone: every question of contract A counted over the month, no row kept",
        "interactions": interactions,
        PDF: took.pop(PDF),
        "steps": took,
        "whole": {what: round(value, 1) for what, value in whole.items()},
        "ratio": {what: round(whole[what] / took["metrics"][what], 2) for what in whole},
        "ratio_without_csv": {
            what: round((whole[what] - took["export csv"][what]) / took["metrics"][what], 2) for what in whole
        },
        "target": "at most 3; the PDF in under 2 s",
    }


def _agree(metrics: dict[str, Any], closed: dict[str, Any]) -> None:
    """Hold the counts of both sides against each other, of each indicator that is one question."""
    both = sorted(metrics.keys() & closed.keys())
    differ = [name for name in both if metrics[name] != closed[name]]
    if differ or len(both) < AGREEING:
        raise SystemExit(f"of {len(both)} indicators the metrics and the statement count differently: {differ}")


def _home(made: Path, interactions: int) -> Path:
    """Return a home over the same store, which is read and not copied."""
    home = FOLDER / f"closing-{interactions}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    os.link(made / "clausemeter.duckdb", home / "clausemeter.duckdb")
    shutil.copyfile(made / "settings.yaml", home / "settings.yaml")
    text = (ROOT / "data/contracts/A/contract.yaml").read_text(encoding="utf-8")
    for old, new in RENAMED.items():
        if old not in text:
            raise AssertionError(f"contract A has no {old} any more")
        text = text.replace(old, new)
    (home / "contract.yaml").write_text(text, encoding="utf-8")
    return home


def _step(step: str, home: Path) -> dict[str, Any]:
    name, *more = [step] if step.startswith("export") else step.split()
    command = [sys.executable, "-m", "tests.bench.closing_steps", name, str(home), *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{step} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
