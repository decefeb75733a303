"""``make mutants``: change every metric's expression and the code of scoring and worktime, and keep who noticed.

ARGS chooses: ``metrics`` (with names, ``metrics phone.connect_rate``, only those are judged and nothing is kept),
``code`` (the files that have changed since they were judged; with names, ``code pipelines/scoring/judge.py``, those).
A survivor that survivors.md does not argue makes the chore fail.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import duckdb

from pipelines.metrics.declare import installed_metrics
from tests.mutation.code import changed, files, found_in, run_mutmut
from tests.mutation.metrics import JUDGES, Verdict, judged
from tests.mutation.results import RESULTS, argued, survivors
from tests.mutation.rows import gather


def of_metrics(names: Sequence[str]) -> dict[str, Any]:
    """Judge the mutants of expressions; print each survivor with an item that would tell it apart."""
    metrics = [m for key, m in installed_metrics().items() if not names or key.partition("@")[0] in names]
    found: dict[str, Any] = {}
    for metric, verdicts in judged(gather(), metrics):
        lived = [verdict for verdict in verdicts if verdict.killed_by is None]
        found[metric.key] = {
            "mutants": len(verdicts),
            "killed": counted(verdicts),
            "survivors": [{"where": verdict.where, "mutant": verdict.change} for verdict in lived],
        }
        print(f"{metric.key}: {len(verdicts)} mutants, {len(lived)} survive")
        for verdict in lived:
            print(f"  {verdict.where}: {verdict.change}\n    {verdict.witness or 'no made-up item tells it apart'}")
    return {"engine": f"duckdb {duckdb.__version__}", "parts": found}


def counted(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count the killed by who killed them first."""
    killers = Counter(verdict.killed_by for verdict in verdicts)
    return {judge: killers[judge] for judge in ("error", *JUDGES) if killers[judge]}


def of_code(kept: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Judge the named files, or those that have changed; of the others the record stands."""
    wanted = list(names) or changed(kept)
    if wanted:
        run_mutmut(wanted)
    recorded = kept.get("code", {}).get("parts", {})
    parts: dict[str, Any] = {}
    for file in files():
        if file not in wanted and file not in recorded:
            continue  # never judged, and not asked for: it is named as such
        parts[file] = found_in(file) if file in wanted else recorded[file]
        print(f"{file}: {parts[file]['mutants']} mutants, {len(parts[file]['survivors'])} survive")
    unjudged = [file for file in files() if file not in parts]
    return {"engine": f"mutmut {version('mutmut')}", "parts": parts, "unjudged": unjudged}


def main() -> int:
    """Judge, keep, and name what nobody argued."""
    wanted, names = sys.argv[1:2] or ["metrics", "code"], sys.argv[2:]
    kept: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    if "metrics" in wanted:
        kept["metrics"] = of_metrics(names)
    if "code" in wanted:
        kept["code"] = of_code(kept, names)
    for part in kept.values():
        part["mutants"] = sum(one["mutants"] for one in part["parts"].values())
        part["survive"] = sum(len(one["survivors"]) for one in part["parts"].values())
    if "metrics" not in wanted or not names:
        RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, part in sorted(kept.items()):
        print(
            f"{name}: {part['mutants']} mutants, {part['mutants'] - part['survive']} killed, {part['survive']} survive"
        )
    open_ones = sorted(survivors(kept) - set(argued()))
    for where, change in open_ones:
        print(f"neither killed nor argued in survivors.md: {where}: {change}")
    return 1 if open_ones else 0


sys.exit(main())
