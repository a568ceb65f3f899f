"""F8: every capital that fell, with the days that sources give and how it fell."""

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.collapse import END, days_words
from analysis.style import GRID, INK, ORDER, PARTY, Drawing, canvas, finish

SLUG = "f08_capitals"
# Colour repeats the word printed at the end of the row, never replaces it.
MANNERS = {
    "fought": (ORDER[2], "fought over"),
    "token": (ORDER[1], "token resistance"),
    "none": (ORDER[0], "no resistance"),
    "deal": ("white", "handed over"),
    "unknown": ("#e2e2e2", "not known"),
}


def data(capital_claims: pd.DataFrame, taken: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row an account, one a capital and one a day, sorted.

    Parameters
    ----------
    capital_claims
        Output of `analysis.collapse.capital_claims`.
    taken
        Output of `analysis.collapse.captures`, which says what was lost after the last day.

    Returns
    -------
    DataFrame
        ``mark`` (``account``, ``capital``, ``day``), ``row`` (position from the top),
        ``capital``, ``adm1``, ``earliest``, ``latest``, ``fell``, ``manner``, ``outcome``,
        ``lost_later`` (day of a loss after the last day of the tables), ``used``, ``value``
        (sources of a capital, capitals of a day), ``row_id``,
        ``source_ids``.
    """
    claims = capital_claims
    order = {event: i for i, event in enumerate(claims["event_id"].unique())}
    accounts = claims.assign(
        mark="account",
        row=claims["event_id"].map(order),
        manner=claims["resistance"],
        row_id=claims["event_id"],
        source_ids=claims["source_id"],
        value=1,
    )
    grouped = accounts.groupby("event_id", sort=False)
    capitals = grouped.agg(
        row=("row", "first"), capital=("capital", "first"), adm1=("adm1", "first"),
        earliest=("earliest", "min"), latest=("latest", "max"), fell=("fell", "first"),
        manner=("manner", "first"), outcome=("outcome", "first"),
        value=("source_id", "nunique"), row_id=("row_id", "first"),
    ).assign(mark="capital")  # fmt: skip
    later = {} if taken is None else taken.set_index("event_id")["lost_later"].to_dict()
    capitals["lost_later"] = pd.to_datetime(capitals["row_id"].map(later))
    days = capitals["fell"].value_counts().sort_index()
    strip = pd.DataFrame({"mark": "day", "fell": days.index, "value": days.to_numpy()})
    columns = ["mark", "row", "capital", "adm1", "earliest", "latest", "fell", "manner",
               "outcome", "lost_later", "used", "value", "row_id", "source_ids"]  # fmt: skip
    table = pd.concat([p.reindex(columns=columns) for p in (accounts, capitals, strip)])
    return table.sort_values(
        ["mark", "row", "earliest", "latest", "fell", "source_ids"], ignore_index=True
    )


def draw(table: pd.DataFrame, title: str) -> Drawing:
    """Rows in order of fall; bars span the days given, a dot is a source."""
    capitals = table[table["mark"] == "capital"]
    accounts = table[table["mark"] == "account"]
    n = len(capitals)
    fig = canvas(44 + 4.6 * max(n, 6))
    if n == 0:
        ax = fig.subplots()
        ax.axis("off")
        ax.text(0.5, 0.5, "No provincial capital was taken in this selection.", ha="center")
        finish(fig, title, "Source: events table.")
        text = "No provincial capital was taken in this selection, so there is nothing to draw."
        return Drawing(SLUG, fig, table, title, text, text, ())
    strip, ax = fig.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [1.6, 0.55 * max(n, 6)]}
    )
    first = min(capitals["earliest"].min(), capitals["fell"].min())
    # Two accounts run to the day after the tables end; the axis does not.
    last = min(max(capitals["latest"].max(), capitals["fell"].max()), END)
    span = max((last - first).days, 8)
    _draw_strip(strip, table[table["mark"] == "day"], span)
    for row in capitals.itertuples():
        colour, words = MANNERS[row.manner]
        y = n - 1 - row.row
        ax.barh(
            y, mdates.date2num(min(row.latest, END)) - mdates.date2num(row.earliest) + 0.9,
            left=mdates.date2num(row.earliest) - 0.45, height=0.72, color=colour,
            ec=ORDER[2] if row.manner != "unknown" else colour, lw=0.6, zorder=1,
        ).patches[0].set_gid(f"range-{row.row_id}")  # fmt: skip
        ax.plot([mdates.date2num(row.fell)] * 2, [y - 0.42, y + 0.42], color=INK, lw=1.1, zorder=2)
        lost = " · lost again" if row.outcome == "captured_lost" else ""
        if pd.notna(row.lost_later):
            lost = f"; lost {row.lost_later:%-d %b}"
        ax.text(1.01, y, words + lost, transform=ax.get_yaxis_transform(), va="center",
                fontsize=6.6)  # fmt: skip
    _draw_accounts(ax, accounts, n, span)
    ax.set_ylim(-0.7, n - 0.3)
    ax.set_yticks(
        [n - 1 - r for r in capitals["row"]],
        [f"{c} ({v})" for c, v in zip(capitals["capital"], capitals["value"], strict=True)],
        fontsize=6.8,
    )
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(
        mdates.date2num(first) - max(0.55, 0.06 * span),
        mdates.date2num(last) + max(0.75, 0.06 * span),
    )
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=12))
    one_year = first.year == last.year
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%-d %b" if one_year else "%-d %b\n%Y"))
    ax.grid(axis="x", color=GRID, lw=0.5)
    ax.set_axisbelow(True)
    finish(
        fig,
        title,
        "Source: claims table, accounts of the day of the fall only. In brackets: sources that "
        "give one. Bar: range of days given, to 15 August 2021;\ndot: one source (middle of its "
        "days), hollow where the rules set it aside; upright: day by the rules. Kabul days. Colour "
        "and words: how it fell.",
    )
    apart = disputed(table)
    caption = (
        f"{n} captures of provincial capitals in order of fall. Each dot is one source's day "
        f"(the middle where it gives several), {len(accounts)} in all; the bar spans the days "
        f"that sources give, to 15 August 2021 at most. For {apart} of {n} two sources give days "
        "of the fall that exclude each other; days on which an attack began are not compared here, "
        "as they are in notebook 02. Elsewhere a wide bar is a source that names several days. The "
        "strip above counts capitals by the day that the rules take. Sources that give no day are "
        "not in it; several outlets may repeat one agency."
    )
    return Drawing(SLUG, fig, table, title, caption, _alt(capitals, table), sorted(
        set(accounts["source_ids"].dropna())))  # fmt: skip


def disputed(table: pd.DataFrame) -> int:
    """Capitals for which two sources give windows that share no day."""
    accounts = table[table["mark"] == "account"].groupby("row_id")
    return int((accounts["earliest"].max() > accounts["latest"].min()).sum())


def heading(table: pd.DataFrame) -> str:
    """Finding: how close together the capitals fell, and for how many sources cannot agree."""
    fell = table.loc[table["mark"] == "capital", "fell"]
    if fell.empty:
        return "No provincial capital was taken in this selection"
    days, apart = (fell.max() - fell.min()).days + 1, disputed(table)
    if len(fell) == 1:
        return (
            f"One capital fell; sources give {'' if apart else 'no '}days that exclude each other"
        )
    return (
        f"The {len(fell)} capitals fell within {days} day{'s' * (days != 1)}; for "
        f"{apart or 'none'} of them sources give days that exclude each other"
    )


def title(table: pd.DataFrame) -> str:
    """Finding: how many capitals fell in how many days, and how many dates are disputed."""
    capitals = table[table["mark"] == "capital"]
    if capitals.empty:
        return "No provincial capital was taken in this selection"
    first, last = capitals["fell"].min(), capitals["fell"].max()
    when = days_words(first, last) + (f" {last.year}" if first.year == last.year else "")
    known = capitals.loc[capitals["manner"] != "unknown", "manner"]
    fought = int((known == "fought").sum())
    manner = f"{fought or 'none'} "
    if len(known) < len(capitals):
        manner += f"of the {len(known)} with a leading account "
    manner = manner + "fought over" if len(known) else "how is not known"
    apart = disputed(table)
    return (
        f"{len(capitals)} provincial capital{'s' * (len(capitals) != 1)} fell {when},\n{manner};\n"
        f"for {apart or 'none'} the days that sources give for the fall exclude each other"
    )


def _draw_strip(ax: Axes, days: pd.DataFrame, span: int) -> None:
    x = mdates.date2num(days["fell"])
    ax.bar(x, days["value"], width=max(0.8, span / 120), color=PARTY["taliban"])
    for at, count in zip(x, days["value"], strict=True):
        ax.text(at, count + 0.2, f"{count}", ha="center", va="bottom", fontsize=7)
    ax.set_ylim(0, days["value"].max() * 1.35 + 0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_title("Capitals a day", fontweight="normal", fontsize=8)
    ax.tick_params(axis="x", length=0, labelbottom=False)


def _draw_accounts(ax: Axes, accounts: pd.DataFrame, n: int, span: int) -> None:
    """Dots side by side within the day, in two lines where a day has many."""
    # An account that runs past the last day is drawn at the middle of the days that are shown.
    latest = accounts["latest"].clip(upper=END).where(accounts["earliest"] <= END,
                                                      accounts["latest"])  # fmt: skip
    middle = accounts["earliest"] + (latest - accounts["earliest"]) / 2
    step = span / 115
    for (row, _), own in accounts.assign(at=middle).groupby(["row", "at"], sort=True):
        own = own.sort_values(["used", "source_ids"], ascending=[False, True])
        per_line = 7 if len(own) > 7 else len(own)
        for i, account in enumerate(own.itertuples()):
            line, place = divmod(i, per_line)
            lines = (len(own) - 1) // per_line + 1
            width = min(per_line, len(own) - line * per_line)
            x = mdates.date2num(account.at) + (place - (width - 1) / 2) * step
            y = n - 1 - row + ((lines - 1) / 2 - line) * 0.26
            ax.plot(x, y, "o", ms=1.9, mew=0.5, mec=INK, zorder=3,
                    mfc=INK if account.used else "white")  # fmt: skip


def _alt(capitals: pd.DataFrame, table: pd.DataFrame) -> str:
    days = table[table["mark"] == "day"]
    counts = "; ".join(f"{d:%-d %B %Y} {int(v)}" for d, v in zip(days["fell"], days["value"],
                                                               strict=True))  # fmt: skip
    manners = capitals["manner"].value_counts()
    how = ", ".join(f"{MANNERS[m][1]} {int(manners[m])}" for m in MANNERS if m in manners)
    widest = capitals.loc[(capitals["latest"] - capitals["earliest"]).idxmax()]
    width = (widest["latest"] - widest["earliest"]).days
    text = f"{len(capitals)} provincial capitals in order of fall. Capitals a day: {counts}. "
    text += f"How they fell: {how}."
    if width:
        text += (
            " Widest range among the accounts of the day of the fall: "
            f"{widest['capital']}, {width + 1} days."
        )
    return text
