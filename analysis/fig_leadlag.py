"""F9: who leads whom.

Cross-correlations of offensives, deaths and weapons released once season, trend and each
series' own memory are out, with the raw ones ghosted behind to show what they feign.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import series
from analysis.errors import EmptySelectionError
from analysis.leadlag import falsify, lead_lag
from analysis.rates import LAST_WHOLE_MONTH, Scale, fit_rates, peak_to_trough
from analysis.style import FAINT, INK, PARTY, Drawing, canvas, finish

SLUG = "f09_who_leads_whom"
DEATHS = "ged_state_based"
DEATHS_OTHER = "ged231_all_types_single_month"
# Years in which AFCENT printed months that still stand.
PUBLISHED = ("2015-01", "2019-12")
# Supposed forerunner, what it is supposed to come before, and the name of the pair.
PAIRS = (
    ("offensives", "deaths", "Offensives and deaths"),
    ("weapons", "offensives", "Weapons and offensives"),
    ("weapons", "deaths", "Weapons and deaths"),
)
SCALES: dict[str, Scale] = {"offensives": "counts", "deaths": "log", "weapons": "log"}
COLOURS = {
    "Offensives and deaths": PARTY["taliban"],
    "Weapons and offensives": PARTY["air"],
    "Weapons and deaths": PARTY["air"],
}
# Joint p at which the verdict is called unsettled: a handful of rows can turn it.
EDGE = (0.02, 0.10)
COLUMNS = ["pair", "x", "y", "lag", "n", "r", "low", "high", "pointwise", "joint", "p_joint",
           "detectable", "raw_r", "raw_n", "first_month", "last_month", "note",
           "source_ids"]  # fmt: skip


def monthly_series(
    events: pd.DataFrame,
    violence: pd.DataFrame,
    airpower: pd.DataFrame,
    months: pd.PeriodIndex,
    withheld: pd.Period,
    deaths: str = DEATHS,
) -> pd.DataFrame:
    """Return the three series on one index, missing where not published.

    Returns
    -------
    DataFrame
        Columns ``offensives`` (selected events begun), ``deaths`` (national) and
        ``weapons`` (current vintage, printed or implied by printed sums, 2015-2019).
        First releases stay out: some were later cut by half.
    """
    months = months[months <= LAST_WHOLE_MONTH]
    air = series.airpower_months(airpower, months, withheld).set_index("month")
    air = air[air["status"].isin(["seen", "implied"])]["weapons"]
    air = air[(air.index >= pd.Period(PUBLISHED[0])) & (air.index <= pd.Period(PUBLISHED[1]))]
    return pd.DataFrame(
        {
            "offensives": series.monthly_events(events, months).astype(float),
            "deaths": series.deaths(violence, deaths, months).astype(float),
            "weapons": air.reindex(months).astype(float),
        },
        index=months,
    )


def sources(
    violence: pd.DataFrame, airpower: pd.DataFrame, monthly: pd.DataFrame, withheld: pd.Period
) -> dict[str, str]:
    """Source ids behind deaths and weapons, joined by semicolons.

    Offensives rest on the claims of each event, which notebook 01 lists.
    """
    rows = violence[(violence["series"] == DEATHS) & violence["month"].isin(monthly.index)]
    months = series.airpower_months(airpower, monthly.index, withheld).set_index("month")
    used = months.loc[monthly["weapons"].notna().to_numpy(), "source_ids"]
    air = sorted({i for ids in used for i in ids.split(";") if i})
    return {"deaths": ";".join(sorted(set(rows["source_id"]))), "weapons": ";".join(air)}


def seasons(monthly: pd.DataFrame) -> pd.DataFrame:
    """Peak over trough of offensives and deaths by era, with the dispersion of the model.

    Returns
    -------
    DataFrame
        Columns of `analysis.rates.peak_to_trough`, with ``series`` and ``phi``; a series
        too thin for a season is not in it.
    """
    parts = []
    for name in ("deaths", "offensives"):
        try:
            model = fit_rates(monthly[name])
        except EmptySelectionError:
            continue
        parts.append(peak_to_trough(model).assign(series=name, phi=model.phi))
    columns = ["series", "era", "months", "events", "peak_month", "trough_month", "ratio", "low",
               "high", "interval", "detectable", "phi"]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def data(monthly: pd.DataFrame, source_ids: dict[str, str] | None = None) -> pd.DataFrame:
    """Correlations of the three pairs at all lags.

    Parameters
    ----------
    monthly
        From `monthly_series`.
    source_ids
        Sources of each series, joined by semicolons.

    Returns
    -------
    DataFrame
        Columns as in `analysis.leadlag.lead_lag`, with ``pair``, ``x``, ``y``,
        ``first_month``, ``last_month`` of the months both have. A pair for which the
        selection is too thin has one row with its reason in ``note``.

    Raises
    ------
    EmptySelectionError
        If no pair can be shown.
    """
    parts, sources = [], source_ids or {}
    for x, y, pair in PAIRS:
        both = monthly[[x, y]].dropna()
        about = {"pair": pair, "x": x, "y": y}
        about["source_ids"] = ";".join(filter(None, (sources.get(x), sources.get(y))))
        try:
            part = lead_lag(monthly[x], monthly[y], SCALES[x], SCALES[y])
            about |= {"first_month": str(both.index[0]), "last_month": str(both.index[-1])}
        except EmptySelectionError as error:
            part = pd.DataFrame([{"note": str(error)}])
        parts.append(part.assign(**about).reindex(columns=COLUMNS))
    if all(len(part) == 1 for part in parts):
        raise EmptySelectionError(" ".join(dict.fromkeys(p["note"].iloc[0] for p in parts)))
    return pd.concat([p.astype({"note": "string"}) for p in parts], ignore_index=True)


def orders(monthly: pd.DataFrame) -> pd.DataFrame:
    """Falsification of each order of events, one row a pair that the selection allows.

    Returns
    -------
    DataFrame
        ``pair`` and what `analysis.leadlag.falsify` returns.
    """
    rows = []
    for x, y, pair in PAIRS:
        try:
            rows.append({"pair": pair, **falsify(monthly[x], monthly[y], SCALES[x], SCALES[y])})
        except EmptySelectionError:
            continue
    names = ["pair", "lag_r", "lag_n", "lead_r", "lead_n", "difference", "low", "high",
             "lead_band", "lead_is_noise", "directed"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def variants(monthly: pd.DataFrame, other_deaths: pd.Series, surer: pd.Series) -> pd.DataFrame:
    """Same-month correlations of offensives with the other two under other choices.

    Parameters
    ----------
    other_deaths
        A second measure of deaths.
    surer
        Monthly offensives with at least two independent sources.

    Returns
    -------
    DataFrame
        ``pair``, ``choice``, ``n``, ``r``, ``low``, ``high``, ``joint``, ``passes``;
        choices for which too little is left are not in it.
    """
    sure = monthly.assign(offensives=surer)
    choices = [
        (PAIRS[0], "as shown", monthly),
        (PAIRS[0], "all types of violence", monthly.assign(deaths=other_deaths)),
        (PAIRS[0], "two independent sources", sure),
        (PAIRS[0], "without 2021", monthly[monthly.index < pd.Period("2021-01")]),
        (PAIRS[0], "without 2020 and 2021", monthly[monthly.index < pd.Period("2020-01")]),
        (PAIRS[1], "as shown", monthly),
        (PAIRS[1], "two independent sources", sure),
    ]
    rows = []
    for (x, y, pair), choice, table in choices:
        try:
            found = lead_lag(table[x], table[y], SCALES[x], SCALES[y])
        except EmptySelectionError:
            continue
        now = found.set_index("lag").loc[0]
        rows.append({"pair": pair, "choice": choice, "n": int(now["n"]),
                     **{k: float(now[k]) for k in ("r", "low", "high", "joint")},
                     "passes": bool(abs(now["r"]) > now["joint"])})  # fmt: skip
    names = ["pair", "choice", "n", "r", "low", "high", "joint", "passes"]
    return pd.DataFrame(rows, columns=names)


def passing(table: pd.DataFrame, pair: str) -> pd.DataFrame:
    """Rows of a pair whose correlation lies outside the joint band."""
    own = table[table["pair"] == pair]
    return own[own["r"].abs() > own["joint"]]


def on_edge(table: pd.DataFrame, pair: str) -> pd.DataFrame:
    """The lag of a pair that a few rows more could push over the band, or no row.

    Returns
    -------
    DataFrame
        The row with the smallest ``p_joint`` if that lies in `EDGE`.
    """
    own = table[(table["pair"] == pair) & table["r"].notna()]
    best = own.nsmallest(1, "p_joint")
    return best[best["p_joint"].between(*EDGE)]


def finding(table: pd.DataFrame) -> str:
    """Title of the figure: what passes the joint band, pair by pair, and what could have."""
    said, quiet = [], []
    for x, y, pair in PAIRS:
        own = table[(table["pair"] == pair) & table["r"].notna()]
        hits, edge = passing(table, pair), on_edge(table, pair)
        if own.empty:
            said.append(f"{pair.lower()} cannot be compared in this selection")
        elif len(edge):
            row = edge.iloc[0]
            when = "" if row["lag"] == 0 else f" at {describe_lag(int(row['lag']), x, y)}"
            said.append(f"{pair.lower()} lie at the edge of chance{when} (r {row['r']:.2f})")
        elif hits.empty:
            quiet.append((pair.lower(), own.loc[own["lag"] == 0, "detectable"].iloc[0]))
        elif set(hits["lag"]) == {0}:
            said.append(f"{pair.lower()} move in the same month (r {hits['r'].iloc[0]:.2f})")
        else:
            lags = ", ".join(describe_lag(int(k), x, y) for k in hits["lag"])
            said.append(f"{pair.lower()} pass the band at: {lags}")
    if quiet:
        names = " or ".join(name for name, _ in quiet)
        least = max(least for _, least in quiet)
        said.append(f"{names}: no lag passes the band (r under {least:.2f} often missed)")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def pairs_of_months(rows: pd.DataFrame) -> str:
    """How many pairs of months the lags of one pair rest on, in words."""
    least, most = int(rows["n"].min()), int(rows["n"].max())
    return f"{least} pairs of months" if least == most else f"{least} to {most} pairs of months"


def describe_lag(lag: int, x: str, y: str) -> str:
    """Return a lag in words, such as ``deaths 2 months later``."""
    if lag == 0:
        return "the same month"
    plural = "s" if abs(lag) > 1 else ""
    return f"{y if lag > 0 else x} {abs(lag)} month{plural} later"


def answer(table: pd.DataFrame, turns: pd.DataFrame, choices: pd.DataFrame) -> str:
    """Clause with its doubt: correlations, bands, pairs of months, what could not be seen.

    Parameters
    ----------
    table, turns, choices
        From `data`, `orders` and `variants`.
    """
    said, quiet = [], []
    for x, y, pair in PAIRS:
        own = table[(table["pair"] == pair) & table["r"].notna()]
        hits, edge = passing(table, pair), on_edge(table, pair)
        if own.empty:
            continue
        if len(edge):
            row = edge.iloc[0]
            said.append(
                f"{pair.lower()} lie at the edge of chance ({describe_lag(int(row['lag']), x, y)}: "
                f"{_numbers(row)}, p {row['p_joint']:.2f} over all lags, {pairs_of_months(own)}), "
                "which settles nothing"
            )
        elif hits.empty:
            quiet.append((pair.lower(), own[own["lag"] == 0].iloc[0], own))
        elif set(hits["lag"]) == {0}:
            row = hits.iloc[0]
            also = f"more {y} too" if row["r"] > 0 else f"fewer {y}"
            said.append(f"months with more {x} tended to have {also} ({_numbers(row)})")
        else:
            lags = ", ".join(f"{describe_lag(int(row['lag']), x, y)} ({_numbers(row)})"
                             for _, row in hits.iterrows())  # fmt: skip
            said.append(f"{pair.lower()} pass the joint band at {lags}")
    ordered = [pair.lower() for _, _, pair in PAIRS
               if turns.loc[turns["pair"] == pair, "directed"].any()]  # fmt: skip
    said.append(f"an order of the two passes its falsification for {' and '.join(ordered)}"
                if ordered else "in no pair can an order of the two be read")  # fmt: skip
    if quiet:
        parts = " or ".join(
            f"{pair} ({pairs_of_months(own)}, same month r {now['r']:.2f}, p {now['p_joint']:.2f} "
            "over all lags)"
            for pair, now, own in quiet
        )
        least = max(now["detectable"] for _, now, _ in quiet)
        said.append(f"no lag of {parts} passes its joint band, and correlations below {least:.2f} "
                    "would often be missed")  # fmt: skip
    for pair, rows in choices.groupby("pair", sort=False):
        shown = rows.loc[rows["choice"] == "as shown", "passes"]
        turned = rows[rows["passes"] != shown.iloc[0]] if len(shown) else rows.iloc[:0]
        if len(turned):
            verdict = "passes" if not shown.iloc[0] else "fails"
            other = ", ".join(f"{r.choice}: r {r.r:.2f}" for r in turned.itertuples())
            said.append(f"the same month of {pair.lower()} {verdict} under other choices ({other})")
    return "Once season, trend and memory are out, " + "; ".join(said)


def _numbers(row: pd.Series) -> str:
    return (f"r {row['r']:.2f}, 95% {row['low']:.2f} to {row['high']:.2f}, "
            f"joint band ±{row['joint']:.2f}")  # fmt: skip


def draw(table: pd.DataFrame) -> Drawing:
    """One panel a pair: stems prewhitened, rings raw, band for all lags at once."""
    fig = canvas(90)
    axes = fig.subplots(1, len(PAIRS), sharey=True)
    for ax, (x, y, pair) in zip(axes, PAIRS, strict=True):
        _draw_pair(ax, table[table["pair"] == pair], x, y, pair)
    axes[0].set_ylabel("correlation")
    title = finding(table)
    finish(
        fig,
        title,
        "Sources: events table of this project (selected offensives); UCDP GED state-based deaths, "
        "national (CC BY 4.0);\nAFCENT weapons released, months printed or implied, 2015-2019. "
        "No month is filled in. Description, not effect.",
    )
    shown = table.dropna(subset=["r"])
    counts = "; ".join(
        f"{pair}: {pairs_of_months(p)} a lag, "
        f"{p['first_month'].iloc[0]} to {p['last_month'].iloc[0]}"
        for pair, p in shown.groupby("pair", sort=False)
    )
    caption = (
        "Stems: correlation of what is left of two monthly series once season by era, trend by "
        "era and autoregression are out. Rings: the raw correlation. Shaded: band that covers "
        "all lags at once in 95% of unrelated pairs (shuffles of the first series); dashed: band "
        f"for one lag alone. {counts}. August 2021 is half a month and left out. Counts of "
        "offensives follow reporting as well as fighting."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(shown), _cited(table))


def _draw_pair(ax: Axes, rows: pd.DataFrame, x: str, y: str, pair: str) -> None:
    ax.axhline(0, color=FAINT, lw=0.6)
    ax.set_title(pair)
    ax.set_ylim(-1, 1)
    known = rows[rows["r"].notna()]
    if known.empty:
        ax.text(0.5, 0.5, "too few months or events\nin this selection", ha="center", va="center",
                transform=ax.transAxes, color=FAINT)  # fmt: skip
        ax.set_xticks([])
        return
    lags = known["lag"].to_numpy(float)
    steps = np.concatenate([[lags[0] - 0.5], lags + 0.5])
    for name, look in (("joint", None), ("pointwise", "dashed")):
        edge = known[name].to_numpy(float)
        if look is None:
            ax.fill_between(steps, -np.r_[edge, edge[-1]], np.r_[edge, edge[-1]], step="post",
                            color="#e6e6e6", lw=0, zorder=0)  # fmt: skip
        else:
            for sign in (-1, 1):
                ax.step(steps, sign * np.r_[edge, edge[-1]], where="post", color=FAINT, lw=0.6,
                        ls=(0, (3, 2)))  # fmt: skip
    ax.plot(rows["lag"], rows["raw_r"], "o-", ms=3.6, mfc="white", mec="#9a9a9a", mew=0.7,
            color="#bdbdbd", lw=0.7, zorder=1)  # fmt: skip
    colour = COLOURS[pair]
    ax.vlines(lags, 0, known["r"], color=colour, lw=1.6, zorder=2)
    ax.plot(lags, known["r"], "o", ms=4, color=colour, zorder=3)
    ax.set_xticks([-6, -3, 0, 3, 6])
    ax.set_xlim(-6.8, 6.8)
    ax.set_xlabel(f"months: ← {y} first | {x} first →", fontsize=7)
    ax.text(0.02, 0.02, pairs_of_months(known), transform=ax.transAxes, fontsize=7, color=FAINT)
    first = known.iloc[0]
    if pair == PAIRS[0][2]:
        _label(ax, rows, known, colour)
    else:
        ax.text(-6.5, -first["joint"] - 0.03, f"joint ±{known['joint'].min():.2f}",
                fontsize=6.5, color=INK, va="top")  # fmt: skip


def _label(ax: Axes, rows: pd.DataFrame, known: pd.DataFrame, colour: str) -> None:
    """Say on the first panel what the marks are, where they stand."""
    peak = rows.loc[rows["raw_r"].abs().idxmax()]
    ax.annotate("raw", (peak["lag"], peak["raw_r"]), xytext=(-6, 3),
                textcoords="offset points", color="#777777", fontsize=7, ha="right")  # fmt: skip
    ax.text(0.98, 0.97, "stems: season and\nmemory removed", color=colour, fontsize=7, ha="right",
            va="top", transform=ax.transAxes)  # fmt: skip
    edge = known["joint"].iloc[0]
    ax.text(-6.5, -edge - 0.03, f"joint band ±{known['joint'].min():.2f}", fontsize=6.5, va="top")
    ax.text(6.5, -edge - 0.03, "dashed: one lag", fontsize=6.5, va="top", ha="right", color=FAINT)


def _alt(shown: pd.DataFrame) -> str:
    said = []
    for pair, rows in shown.groupby("pair", sort=False):
        top, raw = rows.loc[rows["r"].abs().idxmax()], rows.loc[rows["raw_r"].abs().idxmax()]
        outside = int((rows["r"].abs() > rows["joint"]).sum())
        said.append(
            f"{pair}: largest prewhitened correlation {top['r']:.2f} at lag {top['lag']:.0f}, "
            f"{outside} of {len(rows)} lags outside the joint band of {rows['joint'].min():.2f}; "
            f"largest raw correlation {raw['raw_r']:.2f} at lag {raw['lag']:.0f}"
        )
    return "Cross-correlations at lags of up to six months. " + ". ".join(said) + "."


def _cited(table: pd.DataFrame) -> list[str]:
    return sorted({i for ids in table["source_ids"].dropna() for i in str(ids).split(";") if i})
