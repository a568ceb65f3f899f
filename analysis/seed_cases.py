"""The five seed articles as worked cases: what each says, and what became of it.

A seed article is a row of sources with a text that the reader keeps. Each statement is
followed from the article to the event row, with the rule that used it or set it aside,
and the event is resolved once more from the seeds alone.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis import schema, series
from analysis.dates import date_prec, parse_window
from analysis.errors import EmptySelectionError
from analysis.resolve import RULES, resolve

VIEW = ["event_class", "date_start_earliest", "date_start_latest", "date_prec", "date_basis",
        "outcome", "resistance", "air_reported", "n_independent", "conf_event", "conf_date",
        "conf_outcome"]  # fmt: skip
FIELDS = {
    "date_start": "start",
    "date_end": "end",
    "outcome": "outcome",
    "resistance": "resistance",
    "air": "air",
    "air_count": "air count",
    "place": "place",
}


def select(
    events: pd.DataFrame,
    claims: pd.DataFrame,
    sources: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    provinces: Sequence[str] = (),
    event_classes: Sequence[str] = (),
    min_confidence: str = "E",
    count_level: str = "child",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Seed articles and their statements on the events asked for.

    Parameters
    ----------
    events, claims, sources
        Whole tables; events out of scope stay in, because they are cases too.
    start, end, provinces, event_classes, min_confidence, count_level
        Which events; an empty list means all, events out of scope among them.

    Returns
    -------
    cases : DataFrame
        One row an article, in the order of the days they speak of: ``seed`` (number in
        its file name), ``source_id``, ``title``, ``outlet``, ``group``, ``published``,
        ``date_basis``, ``machine_rewritten``, ``text_file``, ``sha256``.
    statements : DataFrame
        Claims of those articles with ``seed``, ``event_name``, ``in_scope``, ``meaning``
        (the rule in words); in the order of the cases.

    Raises
    ------
    EmptySelectionError
        If no seed article speaks of such an event.
    """
    seeds = sources[sources["text_file"].notna()]
    wanted = events[
        (events["date_start_latest"] >= start)
        & (events["date_start_earliest"] <= end)
        & (events["conf_event"] <= min_confidence)
    ]
    wanted = series.count_level(wanted, count_level)
    if provinces:
        wanted = wanted[wanted["adm1"].isin(provinces)]
    if event_classes:
        wanted = wanted[wanted["event_class"].isin(event_classes)]
    said = claims[claims["source_id"].isin(seeds["source_id"])]
    said = said.merge(wanted[["event_id", "event_name", "in_scope"]], on="event_id")
    if said.empty:
        raise EmptySelectionError(
            f"None of the {len(seeds)} seed articles speaks of an event between {start:%Y-%m-%d} "
            f"and {end:%Y-%m-%d} in {', '.join(provinces) or 'any province'} at confidence "
            f"{min_confidence} or better, of class {', '.join(event_classes) or 'any'}. Widen a "
            "parameter."
        )
    seeds = seeds[seeds["source_id"].isin(said["source_id"])]
    first = claims[(claims["field"] == "date_start") & claims["as_of"].notna()]
    first = first.groupby("source_id")["as_of"].min()
    cases = pd.DataFrame(
        {
            "seed": seeds["text_file"].str[:3],
            "source_id": seeds["source_id"],
            "title": seeds["title"],
            "outlet": seeds["original_outlet"],
            "group": seeds["independence_group"],
            "published": seeds["date_published"],
            "date_basis": seeds["date_basis"],
            "machine_rewritten": seeds["machine_rewritten"],
            "text_file": seeds["text_file"],
            "sha256": seeds["sha256"],
            "speaks_of": seeds["source_id"].map(first),
        }
    ).sort_values(["speaks_of", "seed"], ignore_index=True)
    place = {s: i for i, s in enumerate(cases["source_id"])}
    said = said.assign(
        seed=said["source_id"].map(cases.set_index("source_id")["seed"]),
        meaning=said["rule"].map(RULES),
        _case=said["source_id"].map(place),
    ).sort_values(["_case", "event_id", "claim_id"], ignore_index=True)
    return cases, said.drop(columns="_case")


def overview(cases: pd.DataFrame, statements: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """One row an article: events in and out of scope, statements used and not, mentions."""
    by = statements.groupby("source_id")
    inside = statements[statements["in_scope"]].groupby("source_id")["event_id"].nunique()
    table = cases[["seed", "source_id", "outlet", "published", "date_basis"]].set_index("source_id")
    table = table.assign(
        events=by["event_id"].nunique(),
        in_scope=inside.reindex(table.index).fillna(0).astype(int),
        statements=by.size(),
        used=by["used"].sum().astype(int),
        air_mentions=mentions.groupby("source_id")
        .size()
        .reindex(table.index)
        .fillna(0)
        .astype(int),
    )
    return table.reset_index(drop=True)


def rules_applied(statements: pd.DataFrame) -> pd.DataFrame:
    """Statements by rule, in the order in which rules apply, with the rule in words."""
    counts = statements.groupby("rule").agg(statements=("used", "size"), used=("used", "sum"))
    counts = counts.reindex([r for r in RULES if r in counts.index]).astype(int)
    return counts.assign(meaning=[RULES[r] for r in counts.index]).reset_index()


def resolved_dates(cases: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """How each start was read from its article.

    Returns
    -------
    DataFrame
        ``seed``, ``event_name``, ``value``, ``date_prec``, ``basis``, ``weekday`` (of a
        single day), ``published``, ``days_before`` (publication less the last day of the
        window; missing where only the month of publication is known).
    """
    dated = statements[statements["field"] == "date_start"]
    published = cases.set_index("source_id")["published"]
    rows = []
    for row in dated.itertuples():
        window, printed = parse_window(row.value), published[row.source_id]
        exact = len(printed) == len("2007-12-08")
        rows.append(
            {
                "seed": row.seed,
                "event_name": row.event_name,
                "value": row.value,
                "date_prec": date_prec(window),
                "basis": row.basis,
                "weekday": f"{window.earliest:%A}" if window.days == 1 else "",
                "published": printed,
                "days_before": (pd.Timestamp(printed).date() - window.latest).days
                if exact
                else pd.NA,
            }
        )
    table = pd.DataFrame(rows)
    return table.astype({"days_before": "Int64"})


def resolved_from(event_ids: Sequence[str], source_ids: Sequence[str]) -> pd.DataFrame:
    """Event rows resolved by the same rules from the claims of a few sources only.

    Returns
    -------
    DataFrame
        ``event_id`` and the derived columns of `VIEW`, as text; events of which the
        sources say nothing are left out.
    """
    raw = {name: schema.read_raw(name) for name in ("events", "claims", "sources", "provinces")}
    claims = raw["claims"]
    claims = claims[claims["event_id"].isin(event_ids) & claims["source_id"].isin(source_ids)]
    events = raw["events"]
    events = events[events["event_id"].isin(claims["event_id"])]
    resolved, _ = resolve(events, claims, raw["sources"], raw["provinces"])
    return resolved[["event_id", *VIEW]].reset_index(drop=True)


def compare(cases: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """What the table says of each event from all sources, from the seeds, from each seed.

    Returns
    -------
    DataFrame
        ``event_id``, ``event_name``, ``view`` (``all sources``, ``seeds only``, or
        ``seed NNN`` where several seeds speak of the event) and the columns of `VIEW`.
    """
    ids = list(dict.fromkeys(statements["event_id"]))
    names = statements.drop_duplicates("event_id").set_index("event_id")["event_name"]
    every = schema.read_raw("claims")["source_id"].unique()
    views = [("all sources", resolved_from(ids, every)),
             ("seeds only", resolved_from(ids, list(cases["source_id"])))]  # fmt: skip
    speakers = statements.groupby("event_id")["source_id"].nunique()
    shared = speakers[speakers > 1].index
    for case in cases.itertuples():
        own = statements[(statements["source_id"] == case.source_id)]["event_id"]
        both = sorted(set(own) & set(shared))
        if both:
            views.append((f"seed {case.seed}", resolved_from(both, [case.source_id])))
    table = pd.concat([rows.assign(view=view) for view, rows in views], ignore_index=True)
    table["event_name"] = table["event_id"].map(names)
    table["_at"] = table["event_id"].map({e: i for i, e in enumerate(ids)})
    table = table.sort_values(["_at"], kind="stable", ignore_index=True)
    return table[["event_id", "event_name", "view", *VIEW]]


def states(statements: pd.DataFrame, event_id: str) -> pd.DataFrame:
    """Outcome statements on one event in the order of the days they speak of."""
    rows = statements[
        (statements["event_id"] == event_id) & (statements["field"] == "outcome")
    ].sort_values(["as_of", "claim_id"])
    return rows[["as_of", "seed", "claimant", "stance", "value", "used", "rule"]].reset_index(
        drop=True
    )


def shared_events(statements: pd.DataFrame) -> list[str]:
    """Events of which more than one seed article speaks."""
    speakers = statements.groupby("event_id")["source_id"].nunique()
    return sorted(speakers[speakers > 1].index)


def starts_after_publication(cases: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Start dates that lie after the article that gives them: expectations coded as events.

    Where only the month of publication is known, its last day counts.
    """
    ends = {c.source_id: pd.Period(c.published).end_time for c in cases.itertuples()}
    dated = statements[statements["field"] == "date_start"]
    late = [
        pd.Timestamp(parse_window(row.value).latest) > ends[row.source_id]
        for row in dated.itertuples()
    ]
    return dated[late]


def field_group(field: str) -> str:
    """Column of the figure in which a statement stands."""
    return FIELDS.get(field, "context" if field == "context" else "numbers")


def positions(mentions: pd.DataFrame, texts: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Place of each air mention in its article.

    Returns
    -------
    DataFrame
        Mentions of the cases with ``seed`` and ``position``, the middle of the term in
        per cent of the text.
    """
    rows = mentions[mentions["source_id"].isin(cases["source_id"])]
    rows = rows.merge(texts, on="source_id", validate="many_to_one")
    rows = rows.merge(cases[["source_id", "seed"]], on="source_id")
    middle = (rows["start"] + rows["end"]).astype(float) / 2
    return rows.assign(position=100 * middle / rows["characters"].astype(float))


def settled(statements: pd.DataFrame) -> dict[str, int]:
    """Used and unused statements; of the used, what they are used for.

    Returns
    -------
    dict
        ``n_used``, ``n_unused``; of the used, ``n_spelling`` (only keep a spelling, rule L1),
        ``n_field`` (enter a field by another rule) and, among these, ``n_shallower`` (states
        that rule O2 keeps beside a deeper one, so that they do not set the outcome).
    """
    used = statements[statements["used"].astype(bool)]
    n_used, n_unused = len(used), len(statements) - len(used)
    spelling = int((used["rule"] == "L1").sum())
    return {
        "n_used": n_used,
        "n_unused": n_unused,
        "n_field": n_used - spelling,
        "n_spelling": spelling,
        "n_shallower": int((used["rule"] == "O2").sum()),
    }


def alone(views: pd.DataFrame, claims: pd.DataFrame, cases: pd.DataFrame) -> dict[str, int]:
    """How far the seeds alone give what all sources give.

    Parameters
    ----------
    views
        From `compare`.
    claims
        The claims table, to see which events other sources speak of.
    cases
        The seed articles.

    Returns
    -------
    dict
        ``n_only_seed`` (events of which no other source speaks: the two rows agree of
        necessity and are left out), ``n_compared``, ``same_outcome``, ``same_window``.
    """
    others = claims[~claims["source_id"].isin(cases["source_id"])]
    wide = views[views["view"].isin(["all sources", "seeds only"])].pivot(
        index="event_id",
        columns="view",
        values=["outcome", "date_start_earliest", "date_start_latest"],
    )
    told = wide[wide.index.isin(others["event_id"])]
    same = {c: told[c]["all sources"] == told[c]["seeds only"] for c in wide.columns.levels[0]}
    window = same["date_start_earliest"] & same["date_start_latest"]
    return {
        "n_only_seed": len(wide) - len(told),
        "n_compared": len(told),
        "same_outcome": int(same["outcome"].sum()),
        "same_window": int(window.sum()),
    }


def shared_words(told: dict[str, pd.DataFrame], names: dict[str, str]) -> dict[str, str]:
    """Which events several articles tell, as heading: ``shared_title``."""
    if not told:
        return {"shared_title": "No event is told by more than one article"}
    if len(told) > 1:
        return {"shared_title": f"{len(told)} events are told by more than one article"}
    event, rows = next(iter(told.items()))
    n = rows["seed"].nunique()
    many = {2: "two", 3: "three", 4: "four", 5: "five"}.get(n, str(n))
    return {"shared_title": f"One event is told by {many} articles: {names[event]}"}


def answer(results: dict[str, Any]) -> str:
    """Three sentences that answer notebook 05, with their doubt."""
    n = results["n_compared"]
    if n:
        verdict = (
            f"Of the {n} events that other sources speak of too, the seeds alone give the same "
            f"outcome for {results['same_outcome']} and the same start dates for "
            f"{results['same_window']}; a handful of articles picked by hand cannot say how often "
            "that holds"
        )
    else:
        verdict = "No other source speaks of these events, so the seeds cannot be tested on them"
    return (
        f"The {results['n_cases']} hand-picked {_articles(results['n_cases'])} "
        f"{results['n_statements']} statements on {results['n_events']} events, "
        f"{results['n_in_scope']} of them Taliban offensives. {results['n_field']} statements "
        f"enter a field by a rule and {results['n_spelling']} a spelling; the other "
        f"{results['n_unused']} are kept, each with the rule that set it aside. {verdict}."
    )


def _articles(n: int) -> str:
    return "article makes" if n == 1 else "articles make"
