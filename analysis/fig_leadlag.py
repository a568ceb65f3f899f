"""F9: who leads whom.

Cross-correlations of offensives, deaths and weapons released once season, trend and each
series' own memory are out, with the raw ones ghosted behind to show what they feign.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import compare, series
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
        First releases stay out: such figures were revised later.
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


def months_published(monthly: pd.DataFrame) -> int:
    """Months of the study in the years of which weapons released are used."""
    first, last = (pd.Period(month) for month in PUBLISHED)
    return int(((monthly.index >= first) & (monthly.index <= last)).sum())


def method(interval: str) -> str:
    """Method of an interval in words."""
    return "memory-robust" if interval.startswith("HAC") else interval


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


def seasons_words(fitted: pd.DataFrame, monthly: pd.DataFrame) -> str:
    """In how many cases a fitted season passes, and in how many the plain ratio does too.

    Parameters
    ----------
    fitted
        From `seasons`.
    monthly
        From `monthly_series`.
    """
    if fitted.empty:
        return "No series is long enough for a test of its season"
    here = fitted[fitted["low"] > 1]
    also = 0
    for name, rows in here.groupby("series"):
        plain = compare.peak_to_trough(monthly[name], counts=name == "offensives")
        passing = plain.loc[plain["ratio"] > plain["chance"], "era"]
        also += int(rows["era"].isin(passing).sum())
    cases = f"{len(fitted)} case{'s' if len(fitted) > 1 else ''}"
    text = f"A fitted season passes in {len(here)} of {cases}"
    if len(here):
        text += f", {also or 'none'} of which the ratio of notebook 03 passes too"
    return text


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


def overlap_words(choices: pd.DataFrame) -> str:
    """How far the choices for offensives and deaths rest on the same months.

    Parameters
    ----------
    choices
        From `variants`.
    """
    n = choices.loc[choices["pair"] == PAIRS[0][2], "n"]
    if n.empty:
        return "they cannot be run here"
    if n.min() == n.max():
        return f"all rest on the same {n.max()} months"
    return f"each rests on {n.min()} or more of the same {n.max()} months"


def weapons_verdict(choices: pd.DataFrame) -> str:
    """How many choices let weapons and offensives pass, and what that carries.

    Parameters
    ----------
    choices
        From `variants`.
    """
    own = choices[choices["pair"] == PAIRS[1][2]]
    if own.empty:
        return "Weapons and offensives cannot be compared here."
    hits = own[own["passes"]]
    many = f"Of {len(own)} choice{'s' if len(own) > 1 else ''} of rows for weapons and offensives"
    if hits.empty:
        return f"{many} none passes."
    named = "; ".join(
        f"{h.choice}, r {_r(h.r)}, {_r(h.low)} to {_r(h.high)}" for h in hits.itertuples()
    )
    text = f"{many} {_pass(len(hits))} ({named}); {own['n'].min()} pairs of months"
    if len(hits) == len(own):
        return f"{text} are thin ground for it."
    return f"{text}, and a result that comes and goes with the choice, do not carry a finding."


def _pass(number: int) -> str:
    return "one passes" if number == 1 else f"{number} pass"


def passing(table: pd.DataFrame, pair: str) -> pd.DataFrame:
    """Rows of a pair whose correlation lies outside the joint band."""
    own = table[table["pair"] == pair]
    return own[own["r"].abs() > own["joint"]]


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """What each pair shows once all lags and all pairs are counted.

    Returns
    -------
    DataFrame
        One row a pair that can be compared: ``pair``, ``x``, ``y``, ``lags``, ``outside``
        (lags beyond the joint band), ``n`` (pairs of months, in words), ``p_joint`` (over
        the lags of this pair), ``p_pairs`` (Bonferroni over the pairs shown), ``passes``
        (``p_pairs`` at most 0.05), ``detectable`` (same month).
    """
    rows = []
    shown = table[table["r"].notna()]
    pairs = shown["pair"].nunique()
    for x, y, pair in PAIRS:
        own = shown[shown["pair"] == pair]
        if own.empty:
            continue
        p = float(own["p_joint"].min())
        adjusted = min(1.0, pairs * p)
        rows.append(
            {"pair": pair, "x": x, "y": y, "lags": len(own),
             "outside": len(passing(table, pair)), "n": pairs_of_months(own), "p_joint": p,
             "p_pairs": adjusted, "passes": adjusted <= 0.05,
             "detectable": float(own.loc[own["lag"] == 0, "detectable"].iloc[0])}
        )  # fmt: skip
    return pd.DataFrame(rows)


def finding(table: pd.DataFrame) -> str:
    """Title of the figure: what passes over all lags and pairs, and what could have."""
    said = []
    told = verdicts(table)
    for row in told[told["passes"]].itertuples():
        hits = passing(table, row.pair)
        if set(hits["lag"]) == {0}:
            r, low, high = (_r(hits[c].iloc[0]) for c in ("r", "low", "high"))
            text = f"{row.pair.lower()} move in the same month (r {r}, {low} to {high})"
        else:
            lags = ", ".join(describe_lag(int(k), row.x, row.y) for k in hits["lag"])
            text = f"{row.pair.lower()} pass the band at: {lags}"
        said.append(text + (", as shared coverage would also make them" if _covered(row) else ""))
    quiet = told[~told["passes"]]
    if len(quiet):
        said.append(
            f"for {_quiet(quiet)} nothing can be told from {quiet['n'].iloc[0]} "
            f"(r under {quiet['detectable'].max():.2f} often missed)"
        )
    for _, _, pair in PAIRS:
        if pair not in set(told["pair"]):
            said.append(f"{pair.lower()} cannot be compared in this selection")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def _quiet(quiet: pd.DataFrame) -> str:
    """Pairs without a link told from chance; both pairs with weapons have one name."""
    if len(quiet) == 2 and (quiet["x"] == "weapons").all():
        return "weapons"
    return " or ".join(pair.lower() for pair in quiet["pair"])


def _covered(row) -> bool:
    """Whether both series are known through reports of the same fights."""
    return (row.x, row.y) == ("offensives", "deaths")


def _r(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def looks(table: pd.DataFrame, named: bool = True) -> str:
    """Lags with weapons, how many pass their band, and what is left over all pairs.

    Parameters
    ----------
    named
        False for the answer, which has named the weapons and gives one p, over all pairs.
    """
    told = verdicts(table)
    own = told[told["x"] == "weapons"]
    if own.empty:
        return "no pair with weapons can be compared"
    outside, lags = int(own["outside"].sum()), int(own["lags"].sum())
    best = own.loc[own["p_joint"].idxmin()]
    about = " with weapons" if named else ""
    text = f"of {lags} lags{about} {_count(outside)} outside the joint band"
    if not outside:
        return f"{text} (lowest p {best['p_joint']:.2f})"
    pairs = f"{best['p_pairs']:.2f} over {len(told)} pair{'s' if len(told) > 1 else ''}"
    if not named:
        return f"{text} (p {pairs})"
    return f"{text} (p {best['p_joint']:.2f} for its pair, {pairs})"


def _count(number: int) -> str:
    return {0: "none lies", 1: "one lies"}.get(number, f"{number} lie")


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


def answer(table: pd.DataFrame, turns: pd.DataFrame, choices: pd.DataFrame | None = None) -> str:
    """Two sentences with their doubt: what moves together, and what could not be seen.

    Parameters
    ----------
    table, turns, choices
        From `data`, `orders` and `variants`; a choice that lets weapons pass where the
        figure does not is named.
    """
    told = verdicts(table)
    said = []
    for row in told[told["passes"]].itertuples():
        hits = passing(table, row.pair)
        if set(hits["lag"]) != {0}:
            lags = ", ".join(f"{describe_lag(int(h['lag']), row.x, row.y)} {_numbers(h)}"
                             for _, h in hits.iterrows())  # fmt: skip
            said.append(f"{row.pair.lower()} are linked at {lags}")
            continue
        hit = hits.iloc[0]
        also = f"more {row.y}" if hit["r"] > 0 else f"fewer {row.y}"
        said.append(
            f"months with more {row.x} also had {also}, beyond season and trend {_numbers(hit)}"
            + (", which shared coverage would also give" if _covered(row) else "")
        )
    ordered = [pair.lower() for pair in told["pair"]
               if turns.loc[turns["pair"] == pair, "directed"].any()]  # fmt: skip
    said.append(
        f"an order of the two passes its falsification for {' and '.join(ordered)}"
        if ordered
        else f"which came first cannot be read in {none_of(len(turns))}"
    )
    quiet = told[~told["passes"]]
    text = "; ".join(said)
    text = text[0].upper() + text[1:] + "."
    if len(quiet):
        weapons = (quiet["x"] == "weapons").all()
        counted = looks(table, named=False) if weapons else "no lag passes over all pairs"
        if choices is not None and PAIRS[1][2] in set(quiet["pair"]):
            counted += _other_choices(choices, "with" if weapons else "for weapons and")
        text += (
            f" For {_quiet(quiet)} nothing can be told from {quiet['n'].iloc[0]}: {counted}, and "
            f"correlations below {quiet['detectable'].max():.2f} would often be missed."
        )
    return text


def _other_choices(choices: pd.DataFrame, about: str) -> str:
    """Choices of rows that let weapons and offensives pass, short enough for the answer."""
    own = choices[choices["pair"] == PAIRS[1][2]]
    hits = own[own["passes"]]
    if hits.empty:
        return ""
    count, verb = _pass(len(hits)).split()
    span = " and ".join(_r(r) for r in hits["r"])
    return (
        f", {about} offensives {count} of {len(own)} choices of rows {verb} in the same month "
        f"(r {span})"
    )


def none_of(pairs: int) -> str:
    """``none of 3 pairs``, ``the one pair``."""
    return f"any of {pairs} pairs" if pairs > 1 else "the one pair that can be compared"


def orders_words(read: int, pairs: int) -> str:
    """Heading on how many pairs show an order."""
    if pairs < 2:
        return f"An order of events can{'' if read else 'not'} be read in the one pair compared"
    many = f"{read} of {pairs} pairs" if read else f"none of the {pairs} pairs"
    return f"An order of events can be read in {many}"


def _numbers(row: pd.Series) -> str:
    return f"(correlation {_r(row['r'])}, {_r(row['low'])} to {_r(row['high'])})"


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
        "era and autoregression are out. Rings: the raw correlation. Shaded: band that holds all "
        "lags at once in 95% of shuffles of the first series; dashed: band for one lag alone. "
        f"{counts}. Deaths are all state-based ones, those of air strikes included. August 2021 "
        "is half a month and left out. Counts of offensives follow reporting as well as fighting."
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
        # Above the band, where no stem of these pairs stands, in the corner otherwise free.
        ax.text(0.02, 0.98, f"joint ±{first['joint']:.2f}", transform=ax.transAxes,
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
            f"{pair}: largest prewhitened correlation {_r(top['r'])} at lag {top['lag']:.0f}, "
            f"{outside} of {len(rows)} lags outside the joint band of {rows['joint'].min():.2f}; "
            f"largest raw correlation {_r(raw['raw_r'])} at lag {raw['lag']:.0f}"
        )
    return "Cross-correlations at lags of up to six months. " + ". ".join(said) + "."


def _cited(table: pd.DataFrame) -> list[str]:
    return sorted({i for ids in table["source_ids"].dropna() for i in str(ids).split(";") if i})
