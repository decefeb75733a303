"""Contracts and months of facts, drawn within the linter's rules: every form and option, small enough to read.

``tame`` leaves out what may make a better value dearer by the contract's own words: the highest of several consequences
with repeats, named events, several caps, earn-back; and what a day more or less of data would decide.
``too_few: carry`` of a daily indicator is not drawn: the product carries nothing from day to day, the reference does.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from pipelines.contract.model import Contract
from tests.reference_settlement.facts import Adjustment, Attendance, Counts, Facts, Incident
from tests.reference_settlement.numbers import days_of, month_after
from tests.reference_settlement.told import HEAD

Draw = Any
FIRST = "2026-11"  # sequences cross a year's end
MONEY = st.sampled_from(["100", "250.5", "333.33", "1000.01", "2500", "7777.77", "0.35"])
RATE = st.sampled_from(["0.5%", "1%", "2%", "3.33%", "7.77%", "15%"])
SHARE = st.sampled_from(["10%", "25%", "40%", "60%", "100%"])


@dataclass(frozen=True)
class Sort:
    """A sort of indicator: its metric, which way is better, values around which its terms lie."""

    metric: str
    better: str
    around: tuple[str, ...]
    step: tuple[str, ...]


SORTS = {
    "share": Sort("phone.connect_rate@1", "higher", ("70%", "80%", "90%", "95%"), ("1%", "2.5%")),
    "low share": Sort("phone.abandonment@1", "lower", ("3%", "5%", "10%", "20%"), ("1%", "2.5%")),
    "mean": Sort("phone.average_wait@1", "lower", ("15", "20", "30", "45"), ("1", "7.5")),
    "percentile": Sort("phone.wait_percentile@1", "lower", ("15", "20", "30", "45"), ("5", "7.5")),
    "count": Sort("quality.violations@1", "lower", ("0", "1", "3", "5"), ("1", "2")),
}


@dataclass(frozen=True)
class World:
    tree: dict[str, Any]
    months: dict[str, Facts]

    @property
    def contract(self) -> Contract:
        return Contract.model_validate(self.tree)


def one_in(draw: Draw, many: int) -> bool:
    """Say yes one time in so many; hypothesis would draw the ends of a range more often than that."""
    return draw(st.sampled_from([False] * (many - 1) + [True]))


def maybe(draw: Draw, what: Any, chance: int = 3) -> Any:
    """Draw one time in so many, else None."""
    return draw(what) if one_in(draw, chance) else None


def put(tree: dict[str, Any], **more: Any) -> dict[str, Any]:
    return tree | {key: value for key, value in more.items() if value is not None}


def sum_of(draw: Draw) -> dict[str, Any]:
    return {"rate": draw(RATE)} if draw(st.booleans()) else {"amount": draw(MONEY)}


def tiers(draw: Draw, sort: Sort, field: str, values: list[Any], *, rising: bool) -> list[dict[str, Any]]:
    """Return bands whose values rise (or fall) with the metric's value, two to four of them."""
    edges = sorted(
        draw(st.sets(st.sampled_from(sort.around[-3:]), min_size=1)), key=lambda one: Decimal(one.rstrip("%"))
    )
    chosen = sorted(
        draw(st.lists(st.sampled_from(values), min_size=len(edges) + 1, max_size=len(edges) + 1)), key=float
    )
    if not rising:
        chosen.reverse()
    starts = ["0", *edges]
    return [{"from": start, field: str(value)} for start, value in zip(starts, chosen, strict=True)]


def scoring(draw: Draw, sort: Sort) -> dict[str, Any]:
    form = draw(st.sampled_from(["pass_fail", "bands", "linear", "piecewise", "per_step"]))
    is_high = sort.better == "higher"
    if form == "bands":
        found = {"form": form, "bands": tiers(draw, sort, "points", [0, 25, 60, 80, 90, 100], rising=is_high)}
        return put(found, closed=maybe(draw, st.sampled_from(["left", "right"])))
    low, high = sort.around[1], sort.around[-1]
    if form == "linear":
        return {"form": form, "zero_at": low if is_high else high, "full_at": high if is_high else low}
    if form == "piecewise":
        points = ["0", "40", "70", "100"] if is_high else ["100", "70", "40", "0"]
        at = [sort.around[1], sort.around[2], sort.around[2], sort.around[3]]
        corners = [{"at": one, "points": p} for one, p in zip(at, points, strict=True)]
        return {"form": form, "at": corners if draw(st.booleans()) else corners[::-1]}
    if form == "per_step":
        return {
            "form": form,
            "step": draw(st.sampled_from(sort.step)),
            "lose": draw(st.sampled_from(["5", "12.5", "1"])),
            "lose_unit": draw(st.sampled_from(["percent", "weight"])),
            "floor": draw(st.sampled_from(["0", "20"])),
            "steps": draw(st.sampled_from(["started", "full"])),
        }
    return {"form": form}


def repeats(draw: Draw) -> dict[str, Any]:
    level = st.sampled_from(
        [
            {"multiply": "2"},
            {"consecutive": "3", "multiply": "3"},
            {"consecutive": "2", "multiply": "1.5"},
            {"consecutive": "2", "add": "99.99"},
            {"misses": "2", "within": "3", "multiply": "2.5"},
        ]
    )
    return {
        "levels": draw(st.lists(level, min_size=1, max_size=2)),
        "gap": draw(st.sampled_from(["ends", "passes"])),
        "reset": draw(st.sampled_from(["never", "calendar_year"])),
    }


def one_cap(draw: Draw) -> dict[str, Any]:
    """Return no cap, or one of the two ways to write it."""
    return draw(
        st.sampled_from([{}] * 6 + [{"cap": "250.5"}, {"cap": "1000.01"}, {"cap_rate": "0.5%"}, {"cap_rate": "2%"}])
    )


FORMS = ("fixed", "per_step", "bands", "pool", "points", "bonus", "event", "per_incident")


def consequence(draw: Draw, number: int, sort: Sort, *, daily: bool, tame: bool) -> dict[str, Any]:
    form = draw(st.sampled_from(FORMS))
    if form == "bonus":
        return {"id": f"c{number}"} | bonus(draw, sort)
    found = {"id": f"c{number}", "form": form} | form_of(draw, form, sort)
    if form not in ("points", "pool"):
        found |= one_cap(draw)
    if form in ("event", "per_incident") and not tame:
        found = put(found, event=maybe(draw, st.sampled_from(["outage", "leak"]), 2))
    if daily and form in ("fixed", "per_step", "bands"):
        found["once_a_month"] = str(draw(st.booleans())).lower()
    if draw(st.booleans()):
        found["repeats"] = repeats(draw)
        if form == "points":  # what a sum of money would add to points is nothing that a contract may say
            found["repeats"]["levels"] = [{"multiply": "2"}]
    if form != "points" and not tame:
        found = put(found, earn_back=maybe(draw, earn_backs(sort), 4))
    base = maybe(draw, st.sampled_from([["monthly"], ["net_of_tax"], ["monthly", "net_of_tax"]]), 4)
    return put(found, kind=maybe(draw, st.sampled_from(["kpi", "event"])), base=base if form != "pool" else None)


def form_of(draw: Draw, form: str, sort: Sort) -> dict[str, Any]:
    """Return what a form reads; worse values cost more."""
    dearer = sort.better == "lower"
    if form == "bands":
        return {"bands": tiers(draw, sort, "amount", [0, 100, 333.33, 2500], rising=dearer)}
    if form == "pool":
        pool = {
            "pool": draw(st.sampled_from(["p1", "p2"])),
            "allocation": draw(st.sampled_from(["60%", "100%", "33%"])),
        }
        return put(pool, category=maybe(draw, SHARE), severity=maybe(draw, st.sampled_from(["0.5", "1.5"]), 4))
    if form == "points":
        table = draw(st.sampled_from(["now", "later"]))
        return {"table": table, "bands": tiers(draw, sort, "points", [0, 1, 2, 3, 4], rising=dearer)}
    if form == "event":
        days = {
            "worse_than": draw(st.sampled_from(sort.around)),
            "on_days": draw(st.sampled_from(["all", "promotion"])),
        }
        return days | ({"daily_fees": "3"} if draw(st.booleans()) else sum_of(draw))
    if form == "per_step":
        step = {"step": draw(st.sampled_from(sort.step)), "steps": draw(st.sampled_from(["started", "full"]))}
        if sort is not SORTS["count"] and one_in(draw, 4):
            step = {"step": "10%", "relative": "true", "steps": "started"}
        return step | sum_of(draw)
    return sum_of(draw)


@st.composite
def earn_backs(draw: Draw, sort: Sort) -> dict[str, Any]:
    periods = draw(st.sampled_from(["1", "2"]))
    return put({"share": draw(SHARE), "periods": periods}, at=maybe(draw, st.sampled_from(sort.around)))


def bonus(draw: Draw, sort: Sort) -> dict[str, Any]:
    form = draw(st.sampled_from(["fixed", "per_step", "bands"]))
    found: dict[str, Any] = {"form": form, "bonus": "true"}
    if form == "bands":
        found["bands"] = tiers(draw, sort, "amount", [0, 50, 77.77], rising=sort.better == "higher")
    else:
        found |= sum_of(draw)
    if form == "per_step":
        found["step"] = draw(st.sampled_from(sort.step))
    best = sort.around[-1] if sort.better == "higher" else sort.around[0]
    return put(
        found,
        **{"from": maybe(draw, st.just(best)), "no_bonus_if": maybe(draw, st.just("critical_missed"))},
        cap=maybe(draw, MONEY, 4),
    )


def dated(draw: Draw, value: Any, other: Any, chance: int = 4) -> Any:
    """Return a value, or one that changes in mid-month."""
    since = maybe(draw, st.sampled_from(["2026-11-16", "2026-12-11", "2026-12-01"]), chance)
    return value if since is None else [{"value": value}, {"since": since, "value": other}]


def indicator(draw: Draw, number: int, *, tame: bool) -> dict[str, Any]:
    sort = SORTS[draw(st.sampled_from(sorted(SORTS)))]
    daily = one_in(draw, 6)
    targets = sort.around[1:3] if not daily else sort.around[1:2]
    found: dict[str, Any] = {
        "id": f"i{number}",
        "clause": draw(st.sampled_from(["4.2", "4.10", "5"])),
        "target": dated(draw, draw(st.sampled_from(targets)), draw(st.sampled_from(targets))),
        "period": "day" if daily else "month",
        "class": draw(st.sampled_from(["key", "key", "critical", "report_only"])),
        "minimum_sample": draw(st.sampled_from(["1", "1", "12", "25"])),
        "on_change": draw(st.sampled_from(["split", "split", "weighted_target", "period_end"])),
        "too_few": draw(st.sampled_from(["skip", "count_as_met"] + ([] if daily else ["carry"]))),
        "if_no_data": draw(st.sampled_from(["skip", "zero"])),
        "one_of": draw(st.sampled_from(["all", "all", "all", "highest"])) if not tame else "all",
    }
    if sort is SORTS["percentile"]:
        found["terms"] = {"percentile": draw(st.sampled_from(["50", "75", "90"]))}
    shape = "plain" if daily or "terms" in found else draw(st.sampled_from(["plain", "plain", "each", "worst", "use"]))
    if shape == "worst" and sort is not SORTS["count"]:
        member = {"id": "m", "metric": sort.metric}
        found["worst_of"] = [put({"id": "k", "metric": sort.metric}, target=maybe(draw, st.just(targets[0]))), member]
    else:
        found["metric"] = sort.metric
    if shape == "each":
        found["for_each"] = {"team": draw(st.sampled_from([["A", "B"], ["B", "C", "A"]]))}
    if shape == "use":
        found["use_if"] = {"metric": "contact.resolution_gap@1", "above": "10%", "use": {"metric": sort.metric}}
    if one_in(draw, 5):
        found["ceiling_if"] = {"metric": "quality.participation@1", "below": "10%", "points": "80"}
    if not one_in(draw, 4) and found["class"] != "report_only":
        found["weight"] = dated(draw, draw(st.sampled_from(["4", "6", "12"])), "10", 6)
        found["scoring"] = dated(draw, scoring(draw, sort), scoring(draw, sort), 6)
    costs = [consequence(draw, n, sort, daily=daily, tame=tame) for n in range(draw(st.sampled_from([2, 1, 3, 0])))]
    if costs and found["class"] != "report_only":
        found["consequences"] = costs
        if not tame and one_in(draw, 6):
            other = [consequence(draw, n, sort, daily=daily, tame=tame) for n in range(9, 9 + len(costs))]
            found["consequences"] = [{"value": costs}, {"since": "2026-12-11", "value": other}]
    compare = {"%": "0.1%"}.get(sort.around[0][-1], "0.5")
    return put(
        found,
        escalates=maybe(draw, st.sampled_from(["true", "false"])),
        unmeasurable=maybe(draw, st.sampled_from(["exclude", "count_as_missed"])),
        compare_at=maybe(draw, st.just(compare)),
        compare_rounding=maybe(draw, st.just("down")),
        **({} if tame else one_cap(draw)),
        since=maybe(draw, st.sampled_from(["2026-11-20", "2026-12-01"]), 8),
        until=maybe(draw, st.sampled_from(["2026-12-20", "2027-01-01"]), 8),
    )


def fees(draw: Draw) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"id": "monthly", "clause": "3.1", "form": "fixed"}]
    found[0]["amount"] = dated(draw, draw(st.sampled_from(["100000", "12345.67", "1500"])), "4321.43")
    if draw(st.booleans()):
        tiers_ = [{"from": "1", "price": "1.2"}, {"from": "51", "price": "1.005"}, {"from": "101", "price": "0.333"}]
        mode = draw(st.sampled_from(["graduated", "volume"]))
        other = [{"from": "1", "price": "1.3"}, {"from": "76", "price": "0.9"}]
        chat = {
            "id": "chat",
            "clause": "3.10",
            "form": "per_contact",
            "mode": mode,
            "tiers": dated(draw, tiers_, other),
        }
        if one_in(draw, 3):
            chat["surge"] = {
                "forecast": {FIRST: "100", month_after(FIRST): "60"},
                "tolerance": draw(st.sampled_from(["0", "15%"])),
                "mode": draw(st.sampled_from(["add", "replace"])),
                "price": draw(st.sampled_from(["0.5", "1.1", "2"])),
                "higher_of": str(draw(st.booleans())).lower(),
            }
        found.append(chat)
        if draw(st.booleans()):
            units = {"units": dated(draw, "100", "120"), "price": "1.005"} if draw(st.booleans()) else {"amount": "120"}
            found.append({"id": "least", "clause": "3.2", "form": "minimum", "minimum_of": ["chat"], **units})
    if one_in(draw, 3):
        found.append({"id": "seats", "clause": "3.3", "form": "seats", "price": "5500", "seats": dated(draw, "4", "6")})
        found[-1]["overtime"] = draw(st.sampled_from(["paid", "unpaid"]))
    if one_in(draw, 3):
        found.append({"id": "minutes", "clause": "3.4", "form": "per_minute", "price": dated(draw, "0.85", "0.9")})
    return found


def coefficient(draw: Draw) -> dict[str, Any]:
    grades = [
        {"from": "0", "factor": "0.85", "month_fail": str(draw(st.booleans())).lower()},
        {"from": "60", "factor": "0.9333"},
        {"from": "80", "factor": "1"},
        put({"from": "95", "factor": "1.02"}, needs=maybe(draw, st.just("all_critical_met"), 2)),
    ]
    other = [{"from": "0", "factor": "0.9"}, {"from": "70", "factor": "1.01"}]
    found = {
        "clause": "5.1",
        "as": draw(st.sampled_from(["deduction", "factor"])),
        "grades": dated(draw, grades, other),
    }
    if draw(st.booleans()):
        found["repeats"] = repeats(draw)
    return put(found, score_at=maybe(draw, st.just("0.1")), kind=maybe(draw, st.just("event")))


def caps(draw: Draw, *, tame: bool) -> list[dict[str, Any]]:
    kinds = [["kpi", "event"]] if tame else [["kpi"], ["event"], ["kpi", "event"]]
    found = []
    for number, kind in enumerate(draw(st.permutations(kinds))[: draw(st.sampled_from([*range(len(kinds) + 1)]))]):
        cap: dict[str, Any] = {"id": f"cap{number}", "clause": f"7.{number}", "kinds": kind}
        rate = draw(st.sampled_from(["1%", "10%", "20%"]))
        cap |= {"rate": dated(draw, rate, "5%")} if draw(st.booleans()) else {"amount": dated(draw, "3000", "1234.56")}
        found.append(cap)
    return found


TABLE = [{"from": "0", "rate": "0"}, {"from": "1", "rate": "1.5%"}, {"from": "4", "amount": "4000"}]


@st.composite
def worlds(draw: Draw, *, tame: bool = False) -> World:
    """Draw a contract and two to four months of its facts."""
    many = draw(st.integers(2, 4))
    last = month_after(FIRST, many - 1)
    tree: dict[str, Any] = {
        **HEAD,
        "term": {
            "from": draw(st.sampled_from(["2026-01-01", "2026-11-01", "2026-11-10"])),
            "until": draw(st.sampled_from(["2028-01-01", f"{month_after(last)}-01", f"{last}-15"])),
        },
        "currency": draw(st.sampled_from(["CNY", "CNY", "CNY", "JPY"])) if not tame else "CNY",
        "floor": "none" if tame else draw(st.sampled_from(["zero", "none"])),
        "tax": {
            "rate": draw(st.sampled_from(["0", "6%"])) if tame else dated(draw, "6%", "13%"),
            "deductions_as": draw(st.sampled_from(["price_reduction", "separate"])),
            "prices_include_tax": draw(st.sampled_from(["false", "false", "true"])),
        },
        "fees": fees(draw),
        "indicators": [indicator(draw, n, tame=tame) for n in range(draw(st.sampled_from([3, 2, 4, 1])))],
        "caps": caps(draw, tame=tame),
        "pools": [
            {"id": "p1", "clause": "6.1", "at_risk": dated(draw, "12%", "5%"), "total": "9"},
            {"id": "p2", "clause": "6.2", "at_risk": "3%", "total": "9", "base": ["monthly"]},
        ],
        "points_tables": [
            {"id": "now", "clause": "6.3", "bands": TABLE},
            {"id": "later", "clause": "6.4", "bands": TABLE, "of": "next", "kind": "event"},
        ],
    }
    if not one_in(draw, 3):
        tree["coefficient"] = coefficient(draw)
    if one_in(draw, 3):
        tree["month_fail"] = {
            "clause": "5.2",
            "score_below": "70",
            "notices": [{"clause": "5.2(1)", "action": "plan", "consecutive": "1"}],
        }
        counted = [one["id"] for one in tree["indicators"] if one.get("metric") == SORTS["count"].metric]
        if counted:
            tree["month_fail"]["critical"] = [{"indicator": counted[0], "at_least": "4"}]
    if one_in(draw, 4):
        tree["relief"] = [{"id": "r", "ground": "outage", "from": "2026-11-29", "until": "2026-12-03", "by": "1"}]
    names = [f"{one['id']}.{c['id']}" for one in tree["indicators"] for c in one.get("consequences", []) if "id" in c]
    if not tame and len(names) > 1 and one_in(draw, 3):
        lines = sorted(draw(st.sets(st.sampled_from(names), min_size=2, max_size=3)))
        tree["one_event"] = [{"month": draw(st.sampled_from([FIRST, last])), "event": "e", "lines": lines, "by": "x"}]
    months = {month_after(FIRST, n): facts(draw, tree, month_after(FIRST, n), tame=tame) for n in range(many)}
    return World(tree, months)


# --- facts ---


def asked(tree: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every question of a contract with its metric."""
    found = []
    for one in tree["indicators"]:
        ids = [f"{one['id']}[{team}]" for team in one.get("for_each", {}).get("team", [])] or [one["id"]]
        for name in ids:
            found += [(f"{name}.{part['id']}", part["metric"]) for part in one.get("worst_of", [])]
            if "metric" in one:
                found.append((name, one["metric"]))
            if "use_if" in one:
                found += [(f"{name}.use_if", one["use_if"]["metric"]), (f"{name}.use", one["use_if"]["use"]["metric"])]
            if "ceiling_if" in one:
                found.append((f"{name}.ceiling_if", one["ceiling_if"]["metric"]))
    return found


def counts(draw: Draw, metric: str) -> Counts:
    good, bad = draw(st.sampled_from([8, 9, 18, 19, 20, 0, 1, 36])), draw(st.sampled_from([1, 2, 0, 3, 4]))
    odd = {name: draw(st.sampled_from([0, 0, 0, 1])) for name in ("excluded", "of_operator", "of_vendor", "pending")}
    if metric == SORTS["mean"].metric:
        return Counts(counted=good, amount=Fraction(good * draw(st.integers(10, 50))), **odd)
    if metric == SORTS["percentile"].metric:
        amounts = draw(st.lists(st.sampled_from([5, 15, 20, 25, 30, 45, 60]), max_size=6))
        histogram = tuple((Fraction(one), amounts.count(one)) for one in sorted(set(amounts)))
        return Counts(histogram=histogram, beyond=draw(st.sampled_from([0, 0, 1])), **odd)
    if metric == SORTS["count"].metric:
        return Counts(met=good, missed=bad, amount=Fraction(bad * draw(st.integers(1, 2))), pending=odd["pending"])
    if metric == "contact.resolution_gap@1":
        return Counts(counted=10, amount=Fraction(draw(st.integers(-1, 4))))
    if metric == "quality.participation@1":
        return Counts(met=bad, missed=good)
    return Counts(met=good, missed=bad, **odd)


def facts(draw: Draw, tree: dict[str, Any], month: str, *, tame: bool) -> Facts:
    days = days_of(month)
    some = st.sets(
        st.sampled_from([days[0], days[9], days[10], days[14], days[15], days[19], days[-1]]), min_size=1, max_size=3
    )
    missing = [one["id"] for one in tree["indicators"] if one_in(draw, 12)]
    incidents: dict[str, list[Incident]] = {}
    for name, _ in asked(tree):
        if "." not in name:
            found = draw(st.dictionaries(st.sampled_from(["k1", "k2", "k3"]), some_day(days), min_size=1))
            incidents[name] = [Incident("qa", item, day) for item, day in sorted(found.items())]
    adjusted = not tame and one_in(draw, 6)
    sums = {"CNY": ["-100.00", "250.05"], "JPY": ["-100", "250"]}[tree["currency"]]
    return Facts(
        counts={name: {day: counts(draw, metric) for day in sorted(draw(some))} for name, metric in asked(tree)},
        incidents=incidents,
        quantities={
            "chat": {day: Fraction(draw(st.integers(0, 80))) for day in sorted(draw(some))},
            "minutes": {day: Fraction(draw(st.integers(0, 900)), 10) for day in sorted(draw(some))},
        },
        attendance={
            "seats": {day: Attendance(draw(st.integers(80, 110)), 100) for day in (days[0], days[14], days[-1])}
        },
        kinds={days[9]: {"promotion"}, days[10]: {"promotion"}},
        missing_log=dict.fromkeys(missing, "phone log"),
        adjustments=[Adjustment("2026-10", Decimal(draw(st.sampled_from(sums))), Decimal("0.03"))] if adjusted else [],
    )


def some_day(days: list[date]) -> Any:
    return st.sampled_from([days[9], days[10], days[15]])
