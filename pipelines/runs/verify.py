"""Verifying a pack, from the pack alone: nothing of it was changed, and its figures come out again, to the byte.

No code is taken from a pack. The expressions that give states are those installed here, found by their SHA-256; where
one is missing or another, that is said, and nothing is worked out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.contract.resolve import month_terms
from pipelines.core.canonical import canonical_json, digest, sha256_hex
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.ingest.items import make_macros
from pipelines.metrics.declare import installed_metrics, population_sql, quoted
from pipelines.metrics.frame import Frame
from pipelines.runs.contracts import usable_contract
from pipelines.runs.evidence import (
    CALENDAR,
    ROSTER,
    Scan,
    calendar_digest,
    columns_of,
    month_scans,
    read_items,
    read_roster,
    threads_of,
)
from pipelines.runs.facts import charged_by_item, day_counts, day_kinds, incidents_in
from pipelines.runs.keys import PARTIES, signature_fault
from pipelines.runs.pack import (
    LOGS,
    MANIFEST,
    SEAL,
    STATEMENT,
    changed,
    first_line,
    manifest_faults,
    read_json,
    sha256_of,
    unpack,
)
from pipelines.runs.row_digest import difference, index_digest, row_index
from pipelines.runs.settle_month import MeasuredMonth, override_of, settled_body
from pipelines.runs.states import Override, Tally, lay_overrides, tallies
from pipelines.settlement.dispute import objections_in
from pipelines.settlement.facts import Facts, Incident
from pipelines.settlement.statement import statement_hash
from pipelines.warehouse.store import CONFIG

MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError, IndexError)
SHOWN = 20  # items or figures named of each kind


@dataclass(frozen=True)
class Verified:
    """What came of verifying a pack: what it is, what was held against what, and everything that is wrong."""

    status: str
    contract: str
    month: str
    statement: str
    pack: str
    head: str | None
    keys: Mapping[str, str]
    checked: Mapping[str, int]
    problems: Sequence[Problem]


def verify(path: Path, *, keys: Mapping[str, str] | None = None, head: str | None = None) -> Verified:
    """Verify a pack. ``keys``: the public keys that a party knows to be theirs; ``head``: the seal's hash, likewise."""
    if not path.is_file():
        raise Refused(Problem(str(path), "There is no pack here.", "Name the file that `seal` wrote.", "pack.absent"))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        names, problems = unpack(path, folder)
        manifest, faults = manifest_faults(folder, names)
        problems += faults
        seal = read_json(folder / SEAL) if SEAL in names else None
        said = _Said(folder, names, read_json(folder / STATEMENT), manifest, seal)
        try:
            faults, checked = _checked(said, keys or {}, head, is_whole=not problems)
            contract, month, statement = said.body["contract"]["number"], said.body["month"], statement_hash(said.body)
        except MISSHAPEN as error:  # written by another hand: nothing in it is where a statement has it
            faults, checked = [changed(STATEMENT, f"it is no statement ({type(error).__name__}: {error})")], {}
            contract = month = statement = ""
        return Verified(
            status=str(manifest.get("status", "")),
            contract=contract,
            month=month,
            statement=statement,
            pack=sha256_of(path),
            head=digest(seal) if isinstance(seal, dict) else None,
            keys={one["party"]: one["key"] for one in said.approvals},
            checked=checked,
            problems=_each_once([*problems, *faults]),
        )


def _checked(
    said: "_Said", keys: Mapping[str, str], head: str | None, *, is_whole: bool
) -> tuple[list[Problem], dict[str, int]]:
    """Hold a pack against its statement, and work it out again where nothing is wrong; return faults, and counts."""
    evidence = said.body["evidence"]
    problems = [*said.words_faults(), *said.seal_faults(keys, head), *said.file_faults()]
    checked = {"members": len(said.names), "rows": sum(int(part["rows"]) for part in evidence.values())}
    with duckdb.connect(config=CONFIG) as con:
        con.execute("SET TimeZone = 'UTC'")
        make_macros(con)
        problems += said.evidence_faults(con)
        if is_whole and not problems:
            problems += list(_definition_faults(said.body))
        if is_whole and not problems:
            found, worked_out = _worked_out(con, said)
            problems += found
            checked |= worked_out
    return problems, checked


def _each_once(problems: Sequence[Problem]) -> list[Problem]:
    """Keep the first thing that is said of each place: a member that is broken is broken in many ways."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.where, problem)
    return list(first.values())


@dataclass(frozen=True)
class _Said:
    """What a pack says, laid out in a folder."""

    folder: Path
    names: Sequence[str]
    body: Mapping[str, Any]
    manifest: Mapping[str, Any]
    seal: Any

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    @property
    def approvals(self) -> list[dict[str, Any]]:
        found = [read_json(self.folder / f"approvals/{party}.json") for party in PARTIES]
        return [one for one in found if isinstance(one, dict) and "party" in one and "key" in one]

    # --- who said it ---

    def words_faults(self) -> Iterator[Problem]:
        """Hold the parties' words against their keys and against the statement."""
        keys = read_json(self.folder / "keys.json")
        keys = keys if isinstance(keys, list) else []
        for name in self.names:
            if not name.startswith("approvals/"):
                continue
            word = read_json(self.folder / name)
            fault = signature_fault(word, keys)
            if fault is None and word["statement"] != statement_hash(self.body):
                fault = f"it approves another statement, {word['statement'][:12]}"
            if fault is None and (word["kind"], f"approvals/{word['party']}.json") != ("approval", name):
                fault = "it is no approval of this party"
            if fault is not None:
                yield changed(name, fault)
        objections = read_json(self.folder / "objections.json")
        for number, word in enumerate(objections if isinstance(objections, list) else [], start=1):
            fault = signature_fault(word, keys)
            if fault is not None:
                yield changed(f"objections.json, objection {number}", fault)

    def seal_faults(self, known: Mapping[str, str], head: str | None) -> Iterator[Problem]:
        """Hold the seal against the manifest, the approvals, and what the reader knows by himself."""
        for one in self.approvals:
            if known.get(one["party"], one["key"]) != one["key"]:
                yield Problem(
                    f"approvals/{one['party']}.json",
                    f"It is signed by the key {one['key'][:16]}…, and you know {known[one['party']][:16]}… as theirs.",
                    "Ask the party which key is theirs; if it is yours, this approval is a forgery.",
                    "verify.key",
                )
        found = digest(self.seal) if isinstance(self.seal, dict) else None
        if head is not None and found != head:
            yield _not_the_head(found, head)
        if self.manifest.get("status") == "SEALED" or SEAL in self.names:
            yield from self._entry_faults()

    def _entry_faults(self) -> Iterator[Problem]:
        """Hold the entry of the ledger against the pack that bears it."""
        if not isinstance(self.seal, dict):
            yield changed(SEAL, "it is missing, or no seal")
            return
        wanted = {
            "contract": self.body["contract"]["number"],
            "month": self.body["month"],
            "statement": statement_hash(self.body),
            "pack": sha256_of(self.folder / MANIFEST) if MANIFEST in self.names else "",
            "approvals": self.approvals,
        }
        for name, value in wanted.items():
            if self.seal.get(name) != value:
                yield changed(SEAL, f"its {name} is another than the pack's")
        if self.manifest.get("status") != "SEALED" or {one["party"] for one in self.approvals} != set(PARTIES):
            yield changed(SEAL, "a month is sealed by both parties' approvals alone")

    # --- what the statement names by digest ---

    def file_faults(self) -> Iterator[Problem]:
        """Hold the files against the digests in the statement itself, which the parties signed."""
        body = self.body
        named = {f"evidence/definitions/{key}.sql": sha256 for key, sha256 in body["definitions"].items()}
        loads = {load["sha256"] for load in body["loads"]}
        for name in self.names:
            if name.startswith(LOGS):
                sha256 = name.removeprefix(LOGS)
                named[name] = sha256 if sha256 in loads else ""
        for name, sha256 in named.items():
            if name not in self.names or sha256_of(self.folder / name) != sha256:
                yield changed(name, "it is missing, or not the one that the statement names")
        for name in sorted({f"evidence/mappings/{load['mapping_sha256']}.yaml" for load in body["loads"]}):
            if name not in self.names:
                yield changed(name, "it is missing")
        for one in body["past"]:
            earlier = read_json(self.folder / f"past/{one['month']}.json")
            if not isinstance(earlier, dict) or statement_hash(earlier) != one["sha256"]:
                yield changed(f"past/{one['month']}.json", "it is missing, or not the statement that this one rests on")

        yield from self._again_faults()

    def _again_faults(self) -> Iterator[Problem]:
        """Hold the months that were settled again against the digests in the statement."""
        for one in self.body["adjusted"]:
            if [statement_hash(found) for found in self.again(one["month"])] != [one["stated"], one["again"]]:
                yield changed(f"evidence/adjusted/{one['month']}.json", "it is not what the statement names")

    def again(self, month: str) -> tuple[Any, Any]:
        """Return what was last stated for a sealed month, and what it comes to."""
        found = read_json(self.evidence / f"adjusted/{month}.json") or {}
        return found.get("stated") or {}, found.get("again") or {}

    def evidence_faults(self, con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
        """Hold the rows of each evidence file against the statement."""
        for name, part in self.body["evidence"].items():
            path = self.evidence / f"{name}.parquet"
            try:
                yield from _row_faults(con, path, name, part)
            except (duckdb.Error, pa.ArrowException, OSError, *MISSHAPEN) as error:
                yield changed(f"evidence/{name}.parquet", f"it cannot be read ({first_line(error)})")
        try:
            days = calendar_digest(con, self.evidence)
        except (duckdb.Error, OSError):
            days = ""
        if days != self.body["calendars_sha256"]:
            yield changed("evidence/calendar_day.parquet", "its days are not those that the statement names")


def _not_the_head(found: str | None, head: str) -> Problem:
    return Problem(
        where=SEAL,
        what=f"You know {head[:16]}… as this seal's hash, and the pack's is {found[:16] + '…' if found else 'none'}.",
        mend="Ask for the pack that was sealed; this one is another.",
        code="verify.head",
    )


def _row_faults(con: duckdb.DuckDBPyConnection, path: Path, name: str, part: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold the rows of a file against their digest; where they differ, name the rows and columns that may be meant."""
    member = f"evidence/{name}.parquet"
    columns = [column for column in columns_of(con, path) if column != "load_id"]
    if columns != list(part["columns"]):
        yield changed(member, "its columns are others than the statement's")
        return
    index = row_index(path, columns, threads=threads_of(con))
    told = read_json(path.with_suffix(".rows.json"))
    is_told = isinstance(told, dict) and index_digest(told) == part["sha256"]
    if not is_told:
        yield changed(f"evidence/{name}.rows.json", "it is not what the statement names")
    if (index["rows"], index_digest(index)) == (part["rows"], part["sha256"]):
        return
    said = f"its {index['rows']} rows are not the {part['rows']} that the statement names"
    if is_told:
        said += _where_rows_differ(path, columns, told)
    yield changed(member, said)


def _where_rows_differ(path: Path, columns: Sequence[str], told: Mapping[str, Any]) -> str:
    """Say which items' rows, and which of their columns, may be others than the index tells."""
    found = difference(path, columns, told)
    named = [
        (first if first == last else f"{first} to {last}")
        + (
            ""
            if (rows, was) == (1, 1)
            else f" ({rows} rows, and {was} were packed)"
            if rows != was
            else f" ({rows} rows)"
        )
        for first, last, rows, was in found.chunks[:SHOWN]
    ]
    return f"; in {', '.join(found.columns)} of: {', '.join(named)}"


# --- working it out again --------------------------------------------------------------------------------------------


def _definition_faults(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Name each definition that is not installed here as the statement names it."""
    installed = installed_metrics()
    for key, sha256 in body["definitions"].items():
        if key.startswith("population "):
            continue  # its SELECT needs the warehouse: a pack's rows are what it gave
        here = installed[key].digest if key in installed else None
        if here != sha256:
            yield Problem(
                where=f"definition {key}",
                what=f"The statement was made with {sha256[:16]}…, and installed here is"
                f" {here[:16] + '…' if here else 'none'}. By another definition its figures are others.",
                mend="Verify with a release of clausemeter that has this definition; the pack's own text of it is there"
                " to be read, and is never run.",
                code="verify.definition",
            )


def installed_differences(body: Mapping[str, Any]) -> list[str]:
    """Return the populations whose SELECT is another here: of no effect on verifying, and worth saying."""
    return [
        key
        for key, sha256 in body["definitions"].items()
        if key.startswith("population ") and sha256_hex(_population(key).encode()) != sha256
    ]


def _population(key: str) -> str:
    try:
        return population_sql(key.removeprefix("population "))
    except OSError:
        return ""


def _worked_out(con: duckdb.DuckDBPyConnection, said: _Said) -> tuple[list[Problem], dict[str, int]]:
    """Give every item its states again, lay the overrides over them, count, judge, settle, and compare."""
    body = said.body
    month = Month.parse(body["month"])
    try:
        found = usable_contract(str(said.evidence / "contract"), month)
    except Refused as refused:
        return list(refused.problems), {}
    if found.source.digest != body["contract"]["sha256"]:
        return [changed("evidence/contract/contract.yaml", "it is not the contract that the statement names")], {}
    terms = month_terms(found.source.model, month.days)
    cut_off_at = datetime.fromisoformat(body["cut_off_at"])
    shared = Frame(month.days, found.source.model.zone, cut_off_at)
    kept = sorted({load["source"] for load in body["loads"] if load["keeper"] == "vendor"})
    scans = month_scans(found, month, shared, read_roster(con, said.evidence), kept)
    if {scan.name for scan in scans} | {ROSTER} != set(body["evidence"]):
        return [changed(STATEMENT, "its evidence is not that of its contract's indicators")], {}
    overrides = sorted(
        (override_of(row) for row in [*body["overrides"], *body["stale_overrides"]]),
        key=lambda one: (one.decided_at, one.metric, one.item_source, one.item, one.to),
    )
    problems: list[Problem] = []
    tally: list[Tally] = []
    applied: set[Override] = set()
    incidents: dict[str, list[Incident]] = {}
    by_item = charged_by_item(terms)
    states_count = 0
    for scan in scans:
        states = read_items(con, scan, said.evidence)
        problems += _state_faults(con, scan, states, "base")
        applied.update(lay_overrides(con, "wide", scan.asks, states, overrides)[0])
        problems += _state_faults(con, scan, states, "state")
        tally += tallies(con, "wide", scan.asks, states, by={"day": "period_on"}, vendor_kept=kept)
        incidents |= incidents_in(con, "wide", by_item & set(states), states)
        states_count += len(scan.asks) * int(body["evidence"][scan.name]["rows"])
    days = f"read_parquet({quoted(str(said.evidence / f'{CALENDAR}.parquet'))})"
    measured = MeasuredMonth(
        month=month,
        terms=terms,
        facts=Facts(day_counts(tally), incidents, day_kinds(con, days)),
        evidence=body["evidence"],
        calendars_digest=body["calendars_sha256"],
        loads=body["loads"],
        overrides=[one for one in overrides if one in applied],
        stale_overrides=[one for one in overrides if one not in applied],
        cut_off_at=cut_off_at,
    )
    past = [read_json(said.folder / f"past/{one['month']}.json") for one in body["past"]]
    adjusted = [said.again(one["month"]) for one in body["adjusted"]]
    again = settled_body(found, month, measured, past, adjusted, objections_in(body))
    if canonical_json(again) != canonical_json(dict(body)):
        problems += _figure_faults(body, again)
    return problems, {"states": states_count, "lines": len(body["lines"])}


def _state_faults(
    con: duckdb.DuckDBPyConnection, scan: Scan, states: Mapping[str, Sequence[str]], kind: str
) -> Iterator[Problem]:
    """Name the items whose row bears another state (before or after overrides) or amount than comes out of it."""
    has = {row[0] for row in con.execute("DESCRIBE wide").fetchall()}
    for ask in scan.asks:
        listed = ", ".join(quoted(state) for state in states[ask.column])
        again, said = f"list_extract([{listed}], {ask.column}_state)", f"{ask.column}_said"
        if kind == "base" and f"{said}_base" in has:
            said = f"coalesce({said}_base, {said})"
        pairs = [(said, again)]
        if kind == "base":
            sums = (f"{ask.column}_{name}" for name in ("amount", "whole"))
            pairs += [(one.replace(ask.column, said, 1), one) for one in sums if one in has]
        for written, worked_out in pairs:
            rows = con.execute(
                f"SELECT item_source || '/' || item_id, CAST({written} AS VARCHAR), CAST({worked_out} AS VARCHAR)"
                f" FROM wide WHERE {written} IS DISTINCT FROM {worked_out} ORDER BY ALL LIMIT {SHOWN}"
            ).fetchall()
            for item, before, after in rows:
                yield Problem(
                    where=f"evidence/{scan.name}.parquet, {item}",
                    what=f"{ask.column}: its row says {before or 'nothing'}, and comes out as {after or 'nothing'} by"
                    f" {ask.metric.key}.",
                    mend="Ask for the pack again; if it says the same, the statement is wrong here.",
                    code="verify.state",
                )


def _figure_faults(body: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Problem]:
    """Name the figures of a statement that come out otherwise."""
    for number, (path, said, found) in enumerate(differences(body, again)):
        if number == SHOWN:
            return
        yield Problem(
            where=f"{STATEMENT}, {path}",
            what=f"The statement says {said!r}, and {found!r} comes out of its evidence.",
            mend="Ask for the pack again; if it says the same, the statement is wrong here.",
            code="verify.figure",
        )


def differences(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two trees of JSON differ, and what each says there; a row of a list bears its id."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(other, list):
        for number in range(max(len(one), len(other))):
            row, its = (rows[number] if number < len(rows) else None for rows in (one, other))
            name = row.get("id", number) if isinstance(row, Mapping) else number
            yield from differences(row, its, f"{path}[{name}]")
    elif one != other:
        yield path, one, other
