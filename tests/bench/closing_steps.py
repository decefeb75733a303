"""One step of a month's end, in a process of its own: ``python -m tests.bench.closing_steps STEP HOME`` prints JSON.

Importing is in nobody's time; opening the store is. Two threads, as the home's settings say.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.contract.resolve import term_days
from pipelines.core.period import Month
from pipelines.exports.pdf import render_pdf
from pipelines.metrics.frame import Frame
from pipelines.runs.approvals import sign_statement
from pipelines.runs.calendars import lay_out_calendars
from pipelines.runs.close_month import close_month
from pipelines.runs.contracts import usable_contract
from pipelines.runs.evidence import month_scans
from pipelines.runs.export import FORMS, export_statement
from pipelines.runs.keys import PARTIES, make_key, read_private, register_key
from pipelines.runs.seal import seal
from pipelines.runs.statements import list_statements, published, read_statement
from pipelines.runs.states import direct_tallies, postings, prepare, vendor_kept_sources
from pipelines.runs.verify import verify
from pipelines.scoring.counts import Counts, measured
from pipelines.settlement.statement import states_body
from pipelines.warehouse.store import Warehouse

MONTH, NOW = Month(2026, 10), datetime(2026, 11, 20, tzinfo=UTC)
CUT_OFF = datetime(2026, 10, 31, 16, tzinfo=UTC)


def metrics(home: Path) -> dict[str, Any]:
    """Measure all that the contract asks of the month, as ``measure`` does: every count and value, no row kept."""
    with Warehouse(home, read_only=True) as warehouse:
        con = warehouse.con
        prepare(con)
        found = usable_contract(str(home / "contract.yaml"), MONTH)
        days = term_days(found.source.model).overlap(MONTH.days)
        laid = lay_out_calendars(con, found.calendars, found.source.model.zone, days)
        shared, kept = Frame(days, found.source.model.zone, CUT_OFF, laid=laid), vendor_kept_sources(con)
        counts: dict[str, Counts] = {}
        values = {}
        for scan in month_scans(found, MONTH, shared, postings(con), kept):
            for tally in direct_tallies(con, scan.population, scan.frame, scan.asks, by={}, vendor_kept=kept):
                counts[tally.column] = tally.counts
            for ask in scan.asks:
                values[ask.column] = measured(ask.metric, counts.get(ask.column, Counts()), percentile=ask.percentile)
    return {"questions": len(values), "counts": {column: states_body(one) for column, one in counts.items()}}


def close(home: Path) -> dict[str, Any]:
    """Close the month: its statement and evidence."""
    closed = close_month(home, str(home / "contract.yaml"), MONTH, now=NOW, cut_off_at=CUT_OFF)
    evidence = closed.body["evidence"]
    return {
        "rows": sum(one["rows"] for one in evidence.values()),
        "questions": sum(len(one["indicators"]) for one in evidence.values()),
        "counts": {one["id"]: one["states"] for one in closed.body["indicators"] if one["parts"] and not one["used"]},
    }


def approve(home: Path) -> dict[str, Any]:
    """Let both parties approve it (no work of the month's: not counted)."""
    (ref,) = list_statements(home)
    for party in PARTIES:
        path = home / f"{party}.pem"
        register_key(home, make_key(path), party=party, contract="*", now=NOW)
        sign_statement(home, ref.id, party=party, key=read_private(path), now=NOW)
    return {}


def sealed(home: Path) -> dict[str, Any]:
    """Seal it."""
    (ref,) = list_statements(home)
    packed = seal(home, ref.id, now=NOW)
    if packed.status != "SEALED":
        raise AssertionError(f"it is {packed.status}")
    return {"path": str(packed.path), "mb": round(packed.path.stat().st_size / 1e6, 1)}


def export(home: Path, to: str) -> dict[str, Any]:
    """Export it in one form."""
    (ref,) = list_statements(home)
    found = export_statement(home, ref.id, to, language="zh", out=home / "exported" / to)
    return {"mb": round(sum(path.stat().st_size for path in found.files) / 1e6, 1)}


def pdf_of_3000_lines(home: Path) -> dict[str, Any]:
    """Render the statement as if 3,000 fatal errors had been charged one by one."""
    (ref,) = list_statements(home)
    body = read_statement(home, ref.id)
    line = next(one for one in body["lines"] if one["step"] == "deductions")
    charged = {"kind": "event", "indicator": "fatal_errors", "consequence": "charge", "clause": "1.5(4)", "days": None}
    body["lines"] += [
        {**line, **charged, "id": f"fatal_errors.charge#{n}", "amount": "-500.00", "tax": "-30.00", "borne": "500.00",
         "formula": "500.00", "because": None, "item": {"source": "quality", "id": f"z{n}"}}
        for n in range(3000)
    ]  # fmt: skip
    began, cpu = time.perf_counter(), time.process_time()
    content = render_pdf(published(body), "zh")
    took = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    return {**{name: round(value, 2) for name, value in took.items()}, "mb": round(len(content) / 1e6, 1)}


def verified(home: Path) -> dict[str, Any]:
    """Verify the pack, from itself alone."""
    (path,) = (home / "packs").glob("*.zip")
    found = verify(path)
    if found.problems:
        raise AssertionError(found.problems)
    return dict(found.checked)


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "metrics": metrics,
    "close": close,
    "approve": approve,
    "seal": sealed,
    **{f"export {form}": lambda home, form=form: export(home, form) for form in FORMS},
    "pdf_of_3000_lines": pdf_of_3000_lines,
    "verify": verified,
}


def main() -> None:
    """Run a step and print what it took."""
    step, home, *more = sys.argv[1:]
    began, cpu = time.perf_counter(), time.process_time()
    found = STEPS[step](Path(home), *more)
    took = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**{name: round(value, 2) for name, value in took.items()}, "peak_mb": round(peak), **found}))


if __name__ == "__main__":
    main()
