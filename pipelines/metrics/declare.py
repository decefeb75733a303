"""A metric is a declaration: a header that says what it is, and one expression that gives every item one state."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from importlib import resources

from pipelines.core.canonical import sha256_hex
from pipelines.core.problem import Problem, Refused
from pipelines.core.yaml_text import Tree, read_yaml

STATE_CLASSES = ("met", "missed", "counted", "excluded", "unmeasurable", "pending")
OUTSIDE = "outside"  # a metric too may say that an item is not of its population
AGGREGATES = ("share", "mean", "sum", "count", "percentile", "per", "difference", "time_share", "ratio")
BEYOND = "counted: longer than any"  # never answered, or left too late: it ranks above every amount

# A word of an expression: a quoted text, a comment (passed over) or a name. Enough to put terms in and find the states.
WORD = re.compile(r"'(?:[^']|'')*'|--[^\n]*|[A-Za-z_][A-Za-z0-9_]*")
STATE_TEXT = re.compile(rf"'((?:{'|'.join((*STATE_CLASSES, OUTSIDE))})(?:: (?:[^']|'')+)?)'")


@dataclass(frozen=True)
class Term:
    """A number or choice that a contract may set: its unit, default and bounds. Durations are seconds, Decimal."""

    name: str
    unit: str
    default: str
    choices: tuple[str, ...]
    at_least: Decimal | None
    at_most: Decimal | None
    title: Mapping[str, str]
    of_population: bool = False  # it chooses among the population's own readings, so it holds for whole months

    def problem_with(self, value: str) -> str | None:
        """Say why ``value`` cannot be this term, or None when it can."""
        if self.choices:
            return None if value in self.choices else f"is none of: {', '.join(self.choices)}"
        if self.unit == "list":
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            return f"is not a number of {self.unit}"
        if not number.is_finite() or abs(number) > 10**9 or number != round(number, 6):
            return "is not a number with at most six decimals"
        if self.at_least is not None and number < self.at_least:
            return f"lies below {self.at_least}"
        if self.at_most is not None and number > self.at_most:
            return f"lies above {self.at_most}"
        return None

    def literal(self, value: str) -> str:
        """Return ``value`` as it stands in SQL: digits as they are (DECIMAL, never DOUBLE), texts quoted."""
        if self.choices:
            return quoted(value)
        if self.unit == "list":
            listed = ", ".join(quoted(part.strip()) for part in value.split(",") if part.strip())
            return f"CAST([{listed}] AS VARCHAR[])"
        return f"{Decimal(value):f}"


@dataclass(frozen=True)
class Group:
    """Many items, one count: those that share ``key`` have the state of the first class in ``order`` that any has.

    Not grouped where a term in ``unless`` has the value named; only the first item of a group speaks where a term in
    ``first_if`` has the value named.
    """

    key: str
    order: tuple[str, ...]
    unless: Mapping[str, str]
    first_if: Mapping[str, str]

    def is_off(self, values: Mapping[str, str]) -> bool:
        """Say whether, by these values of the terms, each item counts for itself."""
        return any(_is_value(values[term], value) for term, value in self.unless.items())

    def is_first(self, values: Mapping[str, str]) -> bool:
        """Say whether a group's first item alone decides."""
        return any(_is_value(values[term], value) for term, value in self.first_if.items())


def _is_value(value: str, wanted: str) -> bool:
    """Compare a term's value with a word, or with a number as a number: 0.0 is 0."""
    try:
        return Decimal(value) == Decimal(wanted)
    except InvalidOperation:
        return value == wanted


@dataclass(frozen=True)
class Metric:
    """What a metric is. ``sql`` is its state expression over the columns of its population and its terms.

    ``population_if`` names another population for a value of a term; ``weights`` are those of a difference's states,
    ``per`` is the number of contacts that a rate is stated for (of a sum: how many units of the amount make one of the
    value's), ``whole`` what stands below the line of a ratio, ``interval`` the kind of the interval shown with it;
    ``partition`` says what may not be torn apart when items are split over machines: an ``item`` with all that names
    it, all of a ``customer``, or the ``whole``; ``listed`` gives an item's list of kinds, each shown with the number of
    its items.
    """

    key: str
    name: Mapping[str, str]
    text: Mapping[str, str]
    population: str
    aggregate: str
    amount: str | None
    numerator: str
    unit: str
    better: str
    terms: Mapping[str, Term]
    check: str | None
    sql: str
    states: tuple[str, ...]
    digest: str
    population_if: Mapping[str, Mapping[str, str]]
    weights: Mapping[str, Fraction]
    per: int
    interval: str | None
    group: Group | None
    partition: str
    listed: str | None
    source: str  # its file, as it stands; ``digest`` is of it
    whole: str | None = None

    def sums(self, state: str) -> bool:
        """Say whether the amounts of items in this state add up to the value's numerator."""
        if self.aggregate in ("count", "time_share"):
            return state.partition(":")[0] == self.numerator
        return self.bears(state) if self.aggregate == "ratio" else state == "counted"

    def bears(self, state: str) -> bool:
        """Say whether items in this state add up to the value's denominator (of a time share or a ratio)."""
        if self.aggregate == "ratio":
            return state.partition(":")[0] == "counted"
        return self.aggregate == "time_share" and state in ("met", "missed")

    @property
    def is_quantity(self) -> bool:
        """Whether its items are counted or summed, neither met nor missed."""
        return self.aggregate in ("mean", "sum", "ratio") or self.numerator == "counted"

    @property
    def has_histogram(self) -> bool:
        """Whether its value or its interval needs to know how often each amount occurs."""
        return self.aggregate == "percentile" or self.interval == "t"

    @property
    def populations(self) -> tuple[str, ...]:
        """Every population that it may be asked of."""
        others = [name for choice in self.population_if.values() for name in choice.values()]
        return tuple(dict.fromkeys([self.population, *others]))

    def population_for(self, values: Mapping[str, str]) -> str:
        """Return the population that these values of its terms choose."""
        for term, choice in self.population_if.items():
            if values[term] in choice:
                return choice[values[term]]
        return self.population

    @property
    def channel(self) -> str:
        """The part of its key before the point: phone, chat, email."""
        return self.key.split(".")[0]

    @property
    def checked_terms(self) -> list[str]:
        """The two terms that ``check`` compares: the first may not exceed the second."""
        return [] if self.check is None else self.check.split(" <= ")

    def is_broken_by(self, values: Mapping[str, str]) -> bool:
        """Say whether these values of its terms break the metric's own rule."""
        numbers = [Decimal(values[name]) for name in self.checked_terms]
        return numbers != sorted(numbers)


def quoted(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def parse_metric(source: str, name: str) -> Metric:
    """Read a metric's file: a YAML header in the leading comment, then its CASE expression."""
    header, _, sql = source.removeprefix("/*").partition("*/")
    tree = read_yaml(header, name).value
    assert isinstance(tree, dict)  # noqa: S101 - the package's own files
    terms = tree.get("terms") or {}
    assert isinstance(terms, dict)  # noqa: S101
    states = tuple(dict.fromkeys(match.replace("''", "'") for match in STATE_TEXT.findall(sql)))
    aggregate = str(tree["aggregate"])
    return Metric(
        key=str(tree["metric"]),
        name=_words(tree["name"]),
        text=_words(tree["text"]),
        population=str(tree["population"]),
        aggregate=aggregate,
        amount=None if tree.get("amount") is None else str(tree["amount"]),
        numerator=str(tree.get("numerator") or "met"),
        unit=str(tree.get("unit") or aggregate),
        better=str(tree["better"]),
        terms={key: _term(key, value) for key, value in terms.items()},
        check=None if tree.get("check") is None else str(tree["check"]),
        sql=sql.strip(),
        states=states,
        digest=sha256_hex(source.encode()),
        population_if={term: _texts(choice) for term, choice in _branch(tree, "population_if").items()},
        weights={state: Fraction(weight) for state, weight in _texts(tree.get("weights")).items()},
        per=int(str(tree.get("per") or 1)),
        interval=None if tree.get("interval") is None else str(tree["interval"]),
        group=_group(_branch(tree, "group")),
        partition=str(tree.get("partition") or "item"),
        listed=None if tree.get("listed") is None else str(tree["listed"]),
        source=source,
        whole=None if tree.get("whole") is None else str(tree["whole"]),
    )


def _branch(tree: Mapping[str, Tree], key: str) -> Mapping[str, Tree]:
    found = tree.get(key) or {}
    assert isinstance(found, dict)  # noqa: S101
    return found


def _texts(tree: Tree) -> dict[str, str]:
    assert tree is None or isinstance(tree, dict)  # noqa: S101
    return {str(key): str(value) for key, value in (tree or {}).items()}


def _group(tree: Mapping[str, Tree]) -> Group | None:
    if not tree:
        return None
    order = tree["order"]
    assert isinstance(order, list)  # noqa: S101
    return Group(
        key=str(tree["key"]),
        order=tuple(str(kind) for kind in order),
        unless=_texts(tree.get("unless")),
        first_if=_texts(tree.get("first_if")),
    )


def _words(tree: Tree) -> dict[str, str]:
    assert isinstance(tree, dict)  # noqa: S101
    return {language: str(text).strip() for language, text in tree.items()}


def _term(name: str, tree: Tree) -> Term:
    assert isinstance(tree, dict)  # noqa: S101
    choices = tree.get("choices") or []
    assert isinstance(choices, list)  # noqa: S101

    def bound(key: str) -> Decimal | None:
        return None if tree.get(key) is None else Decimal(str(tree[key]))

    return Term(
        name=name,
        unit=str(tree.get("unit") or "choice"),
        default=str(tree.get("default") or ""),
        choices=tuple(str(choice) for choice in choices),
        at_least=bound("at_least"),
        at_most=bound("at_most"),
        title={language: str(tree[language]) for language in ("zh", "en")},
        of_population=tree.get("of_population") == "true",
    )


@lru_cache(maxsize=1)
def installed_metrics() -> Mapping[str, Metric]:
    """Return every metric this installation can run, by key@version."""
    found: dict[str, Metric] = {}
    for folder in sorted(resources.files("pipelines.metrics").iterdir(), key=lambda entry: entry.name):
        if not folder.is_dir() or folder.name in ("population", "__pycache__"):
            continue
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".sql"):
                metric = parse_metric(file.read_text(encoding="utf-8"), f"{folder.name}/{file.name}")
                found[metric.key] = metric
    return dict(sorted(found.items()))


def metric_named(key: str, where: str = "") -> Metric:
    """Return the metric ``phone.connect_rate@1``; without a version, its newest. An unknown one is refused."""
    metrics = installed_metrics()
    if key in metrics:
        return metrics[key]
    versions = [known for known in metrics if known.partition("@")[0] == key]
    if versions:
        return metrics[max(versions, key=lambda known: int(known.partition("@")[2]))]
    raise Refused(unknown_metric(key, where or f"metric {key}"))


def unknown_metric(key: str, where: str) -> Problem:
    """Return the problem of a metric that nobody defined, naming the nearest."""
    near = get_close_matches(key, installed_metrics(), n=1, cutoff=0.5)
    return Problem(
        where=where,
        what=f"There is no metric {key!r}.",
        mend=f"Did you mean {near[0]}?" if near else "`clausemeter metrics` lists them all.",
        code="metric.unknown",
    )


@lru_cache(maxsize=16)
def population_sql(population: str) -> str:
    """Return the SELECT of a population, with its $placeholders; what several populations share is put in."""
    folder = resources.files("pipelines.metrics").joinpath("population")
    text = folder.joinpath(f"{population}.sql").read_text(encoding="utf-8")
    parts = {
        part.name.removesuffix(".sql"): part.read_text(encoding="utf-8").rstrip()
        for part in folder.joinpath("parts").iterdir()
    }
    named = re.compile(rf"\$({'|'.join(sorted(parts))})\b")
    while named.search(text):  # a part may name others
        text = named.sub(lambda match: parts[match[1]], text)
    return text


@dataclass(frozen=True)
class Clock:
    """Service seconds between two instants of a population's row, given to every metric under ``name``."""

    name: str
    start: str
    end: str


@dataclass(frozen=True)
class Needs:
    """What the head of a population's file asks for: clocks, local days of instants, due instants, and its place."""

    clocks: tuple[Clock, ...]
    days: tuple[tuple[str, str], ...]
    due: tuple[str, ...]
    eligible: tuple[str, ...]
    place: str
    channel: str
    pauses: str | None
    log: str
    due_running: tuple[str, ...]
    limits: tuple[str, ...]
    by_agent: bool
    scoped_by: tuple[str, ...]
    period: Mapping[str, str]
    options: Mapping[str, str]


@lru_cache(maxsize=32)
def population_needs(population: str) -> Needs:
    """Read a population's head.

    ``-- clock: response_s asked_at answered_at`` service seconds between two instants · ``-- day: plan_on plan_at`` the
    local day of an instant · ``-- due: asked_at answered_at`` the end of a limit after the first, and whether the
    others are in time (due.py) · ``-- eligible: received_at returned_at`` the same of a promise that binds the customer
    · ``-- place: queued_at`` the instant at which an item belongs to its queue (else its arrival) ·
    ``-- channel: phone`` where all its items are of one (else a column) · ``-- pauses: pauses`` a list of {from_at,
    until_at} in which the clock of a limit in days stands still · ``-- log: survey_source`` the log whose keeper
    answers for what cannot be measured (else the item's own) · ``-- due_running: asked_at within_s`` the instant
    ``due_at`` at which that many service seconds have passed (``asked_at within_h 3600 clock``: hours, by the wall
    where the term ``clock`` says so) · ``-- period due: due_at`` and ``-- period end: …`` the
    instant that decides an item's period under ``period_by`` · ``-- option: start request`` what ``$start`` is where a
    metric has no such term · ``-- limit: answer_within_s`` the term that ``period due`` rests on ·
    ``-- by_agent: true`` an item that names no queue has the team and vendor of its agent ·
    ``-- scope: source channel`` all that a contract's scope can say of its items (else any column).
    """
    head = population_sql(population)

    def lines(kind: str) -> list[list[str]]:
        return [line.split() for line in re.findall(rf"^-- {kind}: ?(.*)$", head, flags=re.MULTILINE)]

    def one(kind: str) -> tuple[str, ...]:
        return tuple(lines(kind)[0]) if lines(kind) else ()

    return Needs(
        clocks=tuple(Clock(*words) for words in lines("clock")),
        days=tuple((name, at) for name, at in lines("day")),
        due=one("due"),
        eligible=one("eligible"),
        due_running=one("due_running"),
        limits=one("due_running")[1:] + one("limit"),
        by_agent=bool(one("by_agent")),
        scoped_by=one("scope"),
        period={name: " ".join(one(f"period {name}")) for name in ("due", "end") if one(f"period {name}")},
        options={words[0]: " ".join(words[1:]) for words in lines("option")},
        place=" ".join(lines("place")[0]) if lines("place") else "arrival_at",
        log=lines("log")[0][0] if lines("log") else "item_source",
        pauses=lines("pauses")[0][0] if lines("pauses") else None,
        channel=quoted(lines("channel")[0][0]) if lines("channel") else "channel",
    )
