"""Headlines over possible worlds: how far what sources leave open can move each number."""

import pandas as pd

from analysis import worlds
from analysis.style import GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f17_worlds"


def data(headlines: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """One row a headline and one a statement.

    Returns
    -------
    DataFrame
        ``mark`` (``headline``, ``statement``), ``label``, ``resolved``, ``low``,
        ``median``, ``high``, ``true``, ``worlds``; in order.
    """
    numbers = headlines.rename(columns={"headline": "label"}).assign(mark="headline")
    said = statements.rename(columns={"statement": "label", "share": "median"}).assign(
        mark="statement", resolved=statements["resolved"].map({True: 1.0, False: 0.0})
    )
    columns = ["mark", "label", "resolved", "low", "median", "high", "true", "worlds"]
    parts = [p.reindex(columns=columns) for p in (numbers, said)]
    return pd.concat(parts, ignore_index=True).astype({"resolved": float})


def title(table: pd.DataFrame) -> str:
    """Finding: which statements hold in nearly all worlds, and which do not."""
    said = table[(table["mark"] == "statement") & table["median"].notna()]
    if said.empty:
        return "No statement can be said of this selection"
    said = said.rename(columns={"label": "statement", "median": "share"})
    kinds = worlds.sort_statements(said)
    rest, firm = kinds["open"], len(kinds["true"]) + len(kinds["false"])
    if rest.empty:
        return f"Of {firm} statement{'s' * (firm != 1)} {worlds.firm_words(said)}"
    named = ";\n".join(
        f"{r.statement}: in {r.true:.0f} of {r.worlds:.0f}{'' if at else ' worlds'}"
        for at, r in enumerate(rest.itertuples())
    )
    if firm == 0:
        return named
    return f"{named};\nof {firm} other{'s' * (firm != 1)} {worlds.firm_words(said)}"


def draw(table: pd.DataFrame, title: str, level: float = 0.95) -> Drawing:
    """A line a headline, each on its own scale; below, bars of worlds that agree."""
    numbers = table[(table["mark"] == "headline") & table["median"].notna()]
    said = table[(table["mark"] == "statement") & table["median"].notna()]
    fig = canvas(46 + 8 * (len(numbers) + len(said)))
    upper, lower = fig.subfigures(
        2, 1, height_ratios=[max(len(numbers), 1) + 1, max(len(said), 1) + 1.5]
    )
    top, below = upper.subplots(), lower.subplots()
    for at, row in enumerate(numbers.itertuples()):
        y = len(numbers) - 1 - at
        most = max(row.high, row.resolved, 1e-9)
        top.plot([0, 1], [y, y], color=GRID, lw=0.8, zorder=0)
        line = top.plot([row.low / most, row.high / most], [y, y], color=PARTY["unknown"], lw=5,
                        solid_capstyle="butt")  # fmt: skip
        line[0].set_gid(f"band-{at}")
        top.plot(row.resolved / most, y, "|", ms=11, mew=1.6, color=INK)
        top.text(1.03, y, f"{_short(row.resolved)}   [{_short(row.low)}, {_short(row.high)}]",
                 va="center", fontsize=7)  # fmt: skip
    top.set_yticks(range(len(numbers)), numbers["label"].tolist()[::-1], fontsize=7)
    top.set_xlim(0, 1.3)
    top.set_xticks([])
    top.set_title("Value by the rules, and the range when doubtful events are dropped and rival "
                  "accounts\nare drawn anew. No common axis: each line runs from zero to its own "
                  "highest value.", fontsize=7.5, fontweight="normal", loc="left",
                  x=-0.42)  # fmt: skip
    for side in ("left", "bottom"):
        top.spines[side].set_visible(False)
    top.tick_params(length=0)
    for at, row in enumerate(said.itertuples()):
        y = len(said) - 1 - at
        below.barh(y, 100, height=0.5, color=GRID)
        below.barh(y, 100 * row.median, height=0.5, color=PARTY["taliban"])
        below.text(102, y, f"{row.true:.0f} of {row.worlds:.0f}", va="center", fontsize=7)
        below.text(0, y + 0.32, row.label, va="bottom", fontsize=7)
    below.set_yticks([])
    below.set_ylim(-0.5, max(len(said), 1) - 0.15)
    below.set_xlim(0, 130)
    below.set_xticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    below.spines["left"].set_visible(False)
    below.set_xlabel("share of worlds in which the statement holds", loc="left")
    finish(
        fig,
        title,
        "Source: events, claims and sources tables, drawn anew in each world: days from their "
        "windows, one of the rival accounts,\na confidence cut from A to E, a province where only "
        "the country is known. The share describes this table, not the chance that a thing "
        "happened.",
    )
    caption = (
        f"Bars: {100 * level:.0f}% of worlds, with the value as resolved by the rules. Dark bars "
        "below: share of worlds in which a sentence is true. Much of the width of plain counts is "
        "the confidence cut, which leaves out more events the stricter it is; that each cut is "
        "drawn equally often is our choice. Worlds never add an event that nobody reported. Shares "
        "coded as having taken the place are shares of recorded rows, and attacks that failed are "
        "probably reported less."
    )
    alt = "Bands over possible worlds: " + "; ".join(
        f"{r.label} {_short(r.resolved)} ({_short(r.low)} to {_short(r.high)})"
        for r in numbers.itertuples()
    ) + ". Statements: " + "; ".join(
        f"{r.label}, in {r.true:.0f} of {r.worlds:.0f} worlds" for r in said.itertuples()
    )  # fmt: skip
    return Drawing(SLUG, fig, table, title, caption, alt + ".", ())


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 20 or value == round(value) else f"{value:.1f}"
