"""How far a second, blind coding agrees with the first.

The unit is a report: one source on one event. The first coding of a report is what the
rules make of that source's claims alone, so both codings answer the same question.
"""

import krippendorff
import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from analysis import schema
from analysis.dates import Window, middle_day, parse_window
from analysis.errors import EmptySelectionError
from analysis.intervals import block_bootstrap, share_interval
from analysis.mentions import Accuracy
from analysis.resolve import _read, resolve_event

# A field whose interval reaches below this is called weak: its kappa may be no better.
WEAK = 0.60
FIELDS = ("target", "outcome", "resistance", "air")
AS_REPORTED = {"captured_held": "captured", "unknown": "not_stated"}


def pairs() -> pd.DataFrame:
    """Both codings of every report that the second coder could see.

    Returns
    -------
    DataFrame
        ``event_id``, ``source_id`` and, for target, outcome, resistance, air and
        date_start, a column ``<field>_first`` and ``<field>_second`` (text).
    """
    second = schema.read_raw("second_coding").query("found == '1'")
    claims, events = schema.read_raw("claims"), schema.read_raw("events").set_index("event_id")
    about = schema.read_raw("sources").set_index("source_id")
    grouped = claims.groupby(["event_id", "source_id"])
    rows = []
    for row in second.itertuples():
        own = grouped.get_group((row.event_id, row.source_id))
        read = [_read(line, dict(claim), about) for line, claim in own.iterrows()]
        event = events.loc[row.event_id]
        first = resolve_event({"target": event["target"]}, read)
        start = first["date_start_earliest"]
        window = f"{start}/{first['date_start_latest']}" if start else ""
        air = (
            "not_mentioned" if first["air_reported"] == "none_mentioned" else first["air_reported"]
        )
        rows.append(
            {
                "event_id": row.event_id,
                "source_id": row.source_id,
                "target_first": event["target"],
                "target_second": row.target,
                "outcome_first": AS_REPORTED.get(first["outcome"], first["outcome"]),
                "outcome_second": row.outcome,
                "resistance_first": first["resistance"],
                "resistance_second": row.resistance,
                "air_first": air,
                "air_second": row.air,
                "date_start_first": window,
                "date_start_second": row.date_start,
            }
        )
    return pd.DataFrame(rows)


def kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa of two codings (Cohen 1960); nan where only one code was used."""
    codes = sorted(set(first) | set(second))
    if len(codes) < 2:
        return float("nan")
    table = pd.crosstab(first, second).reindex(index=codes, columns=codes, fill_value=0)
    # The library also derives a variance that is undefined for small tables; only the
    # point is used here, and its interval comes from resampling.
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(cohens_kappa(table.to_numpy()).kappa)


def agreement(level: float = 0.95) -> pd.DataFrame:
    """Agreement by field.

    Returns
    -------
    DataFrame
        One row a field: ``field``, ``reports``, ``agree`` (share), ``measure``, ``value``,
        ``low``, ``high`` (bootstrap over reports), ``verdict`` (by the lower end, of coded
        fields only). Coded fields have Cohen's kappa; the start date has Krippendorff's alpha
        on days and, in rows of their own, the share within one and within seven days with
        Wilson intervals.
    """
    table = pairs()
    rows = [_coded(table, field, level) for field in FIELDS]
    return pd.concat([pd.DataFrame(rows), _dates(table, level)], ignore_index=True)


def field_agreement(field: str, level: float = 0.95) -> pd.Series:
    """Row of `agreement` for one coded field, without the time that the others take."""
    return pd.Series(_coded(pairs(), field, level))


def _coded(table: pd.DataFrame, field: str, level: float) -> dict[str, float | int | str]:
    """Cohen's kappa of one coded field, as a row of `agreement`."""
    own = table[[f"{field}_first", f"{field}_second"]].replace("", np.nan).dropna()
    codes = pd.factorize(own.to_numpy().ravel())[0].reshape(-1, 2)
    value = kappa(own.iloc[:, 0], own.iloc[:, 1])
    low, high = block_bootstrap(
        codes,
        lambda a: kappa(pd.Series(a[:, 0]), pd.Series(a[:, 1])),
        block=1,
        draws=499,
        level=level,
    )
    return {
        "field": field,
        "reports": len(own),
        "agree": float((own.iloc[:, 0] == own.iloc[:, 1]).mean()),
        "measure": "Cohen's kappa",
        "value": value,
        "low": low,
        "high": high,
        "verdict": _verdict(low),
    }


def field_words(field: str, level: float = 0.95) -> str:
    """Agreement on one coded field in words, for pages that rest on that field."""
    row = field_agreement(field, level)
    limit = "reaches below" if row["verdict"] == "weak" else "lies above"
    return (
        f"kappa {row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f}) over {row['reports']} "
        f"reports on events of all kinds, which {limit} the limit of {WEAK:.2f} that we set"
    )


def air_accuracy() -> Accuracy:
    """Error of the first coding of strike mentions, taking the second coder as the measure.

    Returns
    -------
    Accuracy
        For `mentions.correct`. Reports in which the second coder saw a strike reported give
        the sensitivity, all others the specificity.

    Notes
    -----
    Neither coder is the truth, and the second may have been shown more of a page: a
    correction by this says what the second coder would have counted.
    """
    table = pairs()
    first, second = (table[f"air_{who}"].str.startswith("reported_") for who in ("first", "second"))
    yes, no = int(second.sum()), int((~second).sum())
    if not yes or not no:
        raise EmptySelectionError("The second coder has no report with, or none without, a strike.")
    return Accuracy(float(first[second].mean()), float((~first[~second]).mean()), yes, no)


def _verdict(low: float) -> str:
    return "weak" if low < WEAK else "good enough"


def _dates(table: pd.DataFrame, level: float) -> pd.DataFrame:
    dated = table[(table["date_start_first"] != "") & (table["date_start_second"] != "")]
    spans = [
        (parse_window(a), parse_window(b))
        for a, b in zip(dated["date_start_first"], dated["date_start_second"], strict=True)
    ]
    days = np.array(
        [[middle_day(a).toordinal(), middle_day(b).toordinal()] for a, b in spans], dtype=float
    )

    def alpha(values: np.ndarray) -> float:
        return float(krippendorff.alpha(values.T, level_of_measurement="interval"))

    low, high = block_bootstrap(days, alpha, block=1, draws=499, level=level)
    gaps = np.array([gap(a, b) for a, b in spans])
    rows = [
        {
            "field": "date_start",
            "reports": len(dated),
            "agree": float((gaps == 0).mean()),
            "measure": "Krippendorff's alpha",
            "value": alpha(days),
            "low": low,
            "high": high,
            # Fifteen years lie between the days, so any coding of the right year scores high.
            "verdict": "",
        }
    ]
    for limit in (1, 7):
        near = int((gaps <= limit).sum())
        low, high = share_interval(near, len(gaps), level)
        rows.append(
            {
                "field": "date_start",
                "reports": len(gaps),
                "agree": near / len(gaps),
                "measure": f"share within {limit} day{'s' if limit > 1 else ''}",
                "value": near / len(gaps),
                "low": low,
                "high": high,
                "verdict": "",
            }
        )
    return pd.DataFrame(rows)


def gap(first: Window, second: Window) -> int:
    """Days between two windows; 0 if they share a day."""
    if first.overlaps(second):
        return 0
    return max((second.earliest - first.latest).days, (first.earliest - second.latest).days)


def headline(table: pd.DataFrame) -> dict[str, float | int | str]:
    """Numbers that prose quotes: how much was coded twice, and which fields are weak.

    ``weak_fields`` is a sentence that names every field whose interval reaches below `WEAK`,
    the least sure one first.
    """
    coded = table[table["measure"] == "Cohen's kappa"].set_index("field")
    weak = coded[coded["verdict"] == "weak"].sort_values("low", kind="stable")
    named = [
        f"{field} (kappa {row['value']:.2f}, {row['low']:.2f} to {row['high']:.2f})"
        for field, row in weak.iterrows()
    ]
    both = pairs()
    drawn = schema.read_raw("second_coding")
    first, second = (both[f"air_{who}"].str.startswith("reported_") for who in ("first", "second"))
    return {
        "reports_drawn": len(drawn),
        "reports_not_found": int((drawn["found"] != "1").sum()),
        "reports_coded_twice": len(both),
        "air_second": int(second.sum()),
        "air_both": int((first & second).sum()),
        "events_coded_twice": int(both["event_id"].nunique()),
        "kappa_outcome": "{value:.2f} ({low:.2f} to {high:.2f})".format(**coded.loc["outcome"]),
        "weak_below": f"{WEAK:.2f}",
        "weak_fields": f"{' and '.join(named)} {'are' if len(named) > 1 else 'is'} weak: treat "
        f"tables by {'these fields' if len(named) > 1 else 'this field'} with care"
        if named
        else "no field is weak",
    }
