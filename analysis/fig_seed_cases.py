"""The five seed articles: statements used and unused, and where air power is mentioned."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from analysis import seed_cases
from analysis.fig_contradictions import MARKS, party_key
from analysis.style import FAINT, GRID, INK, PARTY, Drawing, canvas, finish

SLUG = "f16_seed_cases"
GROUPS = ("start", "end", "outcome", "resistance", "air", "air count", "numbers", "place",
          "context")  # fmt: skip
# Shapes and a hue that no claimant has: above a mark says who speaks, below what is mentioned.
KIND = {
    "strike_carried_out": ("X", "strike carried out"),
    "strike_requested_or_threatened": ("*", "asked for or threatened"),
    "air_support_or_absence": ("h", "support or its absence"),
    "aviation_not_strike": (">", "aircraft, no strike"),
    "negated": ((4, 1, 0), "strike negated"),
}
# Whose aircraft is said in words behind the quotation.
ACTOR = {"us": "US", "international": "NATO or coalition", "afghan": "Afghan", "unspecified": ""}
PER_LINE = 4


def data(
    cases: pd.DataFrame,
    statements: pd.DataFrame,
    mentions: pd.DataFrame,
    texts: pd.DataFrame,
) -> pd.DataFrame:
    """Marks of both panels in one tidy table.

    Returns
    -------
    DataFrame
        ``panel`` (``statements`` or ``mentions``), ``seed``, ``event_id``,
        ``event_name``, ``in_scope``, ``row`` (line of the panel, from the top),
        ``group`` (kind of statement, or of mention), ``party`` (claimant's side, or
        whose aircraft), ``used``, ``value`` (what is said, or position in per cent),
        ``label`` (claim id, or the matched words), ``rule``, ``source_ids``.
    """
    rows = statements.assign(
        panel="statements",
        group=statements["field"].map(seed_cases.field_group),
        party=statements["claimant_party"],
        label=statements["claim_id"],
        source_ids=statements["source_id"],
        row=pd.factorize(statements["seed"] + statements["event_id"])[0],
    )
    placed = seed_cases.positions(mentions, texts, cases)
    order = {seed: i for i, seed in enumerate(cases["seed"])}
    marks = placed.assign(
        panel="mentions",
        group=placed["kind"],
        party=placed["actor"],
        value=placed["position"].map("{:.1f}".format),
        label=placed["term"],
        source_ids=placed["source_id"],
        row=placed["seed"].map(order),
    ).sort_values(["row", "start"])
    columns = ["panel", "seed", "event_id", "event_name", "in_scope", "row", "group", "party",
               "used", "value", "label", "rule", "source_ids"]  # fmt: skip
    parts = [part.reindex(columns=columns).astype("object") for part in (rows, marks)]
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"row": int})


def draw(table: pd.DataFrame, cases: pd.DataFrame) -> Drawing:
    """Statements above, one line an article and event; mentions below, one line an article."""
    said, seen = table[table["panel"] == "statements"], table[table["panel"] == "mentions"]
    lines, articles = said["row"].nunique(), len(cases)
    # Words stand on both sides of an article's line, so that its row needs more room.
    roomy = 1.4
    fig = canvas(44 + 11.5 * lines + 11.5 * roomy * articles)
    upper, lower = fig.subplots(
        2, 1, gridspec_kw={"height_ratios": [lines + 0.8, roomy * (articles + 0.8)]}
    )
    _draw_statements(upper, said)
    _draw_mentions(lower, seen, cases)
    title = _title(said)
    finish(
        fig,
        title,
        "Sources: claims, air_mentions and seed_texts of this project; the articles are known by "
        "sha256 and their text is not published.",
    )
    used = int(said["used"].astype(bool).sum())
    caption = (
        f"Above: {len(said)} statements of {articles} articles, one line an article and event, "
        f"filled where a rule used the statement ({used}), hollow where a rule set it "
        "aside or the field is kept unresolved; shape and colour give who says it. Lines joined "
        "at the right speak of one event. Grey names are out of scope. Below: "
        f"{len(seen)} mentions of air power by their place in the text, 0% the beginning; counted "
        "in characters, so page furniture is included. Whose aircraft stands in brackets, where "
        "the article names an owner. Mentions are not strikes."
    )
    alt = (
        f"Two panels for {articles} articles. Above, {len(said)} statements by kind, {used} used. "
        f"Below, {len(seen)} mentions of air power by position in the text: "
        + "; ".join(f"article {seed} {len(own)}" for seed, own in seen.groupby("seed", sort=False))
        + "."
    )
    cited = sorted(cases["source_id"])
    return Drawing(SLUG, fig, table, title, caption, alt, cited)


def _title(said: pd.DataFrame) -> str:
    used = int(said["used"].astype(bool).sum())
    shared = said.groupby("event_id")["seed"].nunique()
    text = f"{used} of {len(said)} statements were used"
    one = shared[shared > 1]
    many = {2: "two", 3: "three", 4: "four", 5: "five"}
    if len(one) == 1:
        name = said.loc[said["event_id"] == one.index[0], "event_name"].iloc[0]
        return f"{text}; {many.get(one.iloc[0], one.iloc[0])} articles tell one event, {name}"
    return f"{text}; {len(one)} events are told by several articles" if len(one) else text


def _draw_statements(ax: Axes, said: pd.DataFrame) -> None:
    present = [g for g in GROUPS if (said["group"] == g).any()]
    for x, group in enumerate(present):
        ax.axvline(x - 0.5, color=GRID, lw=0.5)
        for row, own in said[said["group"] == group].groupby("row"):
            for i, claim in enumerate(own.itertuples()):
                line, place = divmod(i, PER_LINE)
                depth = (len(own) - 1) // PER_LINE
                mark, colour, _ = MARKS[claim.party]
                dot = ax.plot(
                    x - 0.33 + 0.22 * place, row + 0.3 * (line - depth / 2), mark, ms=4.6,
                    mfc=colour if claim.used else "white", mec=colour, mew=1.0, ls="",
                )  # fmt: skip
                dot[0].set_gid(claim.label)
    lines = said.drop_duplicates("row").sort_values("row")
    ax.set_yticks(lines["row"], [f"{r.seed}  {_wrapped(r.event_name)}" for r in lines.itertuples()])
    for text, inside in zip(ax.get_yticklabels(), lines["in_scope"], strict=True):
        text.set(fontsize=6.6, color=INK if inside else FAINT)
    for before, after in zip(lines.itertuples(), lines.iloc[1:].itertuples(), strict=False):
        new = before.seed != after.seed
        ax.axhline(after.row - 0.5, color=FAINT if new else GRID, lw=0.7)
        if before.event_id == after.event_id:
            ax.annotate(
                "", (1.012, before.row), (1.012, after.row), xycoords=("axes fraction", "data"),
                textcoords=("axes fraction", "data"), annotation_clip=False,
                arrowprops={"arrowstyle": "|-|,widthA=0.25,widthB=0.25", "lw": 0.9, "color": INK},
            )  # fmt: skip
            ax.annotate(
                "one\nevent", (1, (before.row + after.row) / 2), xytext=(8, 0), va="center",
                xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=6.8,
            )  # fmt: skip
    ax.set_xticks(range(len(present)), present)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlim(-0.5, len(present) - 0.5)
    ax.set_ylim(lines["row"].max() + 0.5, -0.5)
    ax.spines[:].set_visible(False)
    handles = party_key(said["party"])
    handles.append(
        Line2D([], [], ls="", marker="o", ms=4.6, mfc="white", mec=INK, label="not used")
    )
    ax.legend(
        handles=handles, ncol=len(handles), loc="upper right", bbox_to_anchor=(1.02, -0.01),
        fontsize=6.6, handletextpad=0.1, columnspacing=0.9, borderaxespad=0,
    )  # fmt: skip


def outlet(name: str) -> str:
    """Outlet as printed, without what a copy holds inside."""
    return name.split(",")[0]


def _wrapped(name: str, length: int = 30) -> str:
    """Break a name once, at the last space before `length`."""
    if len(name) <= length:
        return name
    cut = name.rfind(" ", 0, length)
    return f"{name[:cut]}\n{name[cut + 1 :]}"


def _draw_mentions(ax: Axes, seen: pd.DataFrame, cases: pd.DataFrame) -> None:
    for y, _ in enumerate(cases.itertuples()):
        ax.plot([0, 100], [y, y], color="#bbbbbb", lw=1.0, zorder=1)
    for _, own in seen.groupby("row"):
        ends, last = [-3.0] * 3, 2
        for mention in own.itertuples():
            x = float(mention.value)
            mark, _ = KIND[mention.group]
            owner = ACTOR[mention.party]
            words = f"{mention.label} ({owner})" if owner else mention.label
            ax.plot(
                x, mention.row, ls="", marker=mark, ms=6.5, color=PARTY["air"], mec="white",
                mew=0.4, zorder=3,
            )  # fmt: skip
            # Words stand above the line; near others they take turns (above, below, further
            # below), lest two read as one quotation. A character is about one per cent wide.
            free = [i for i in range(3) if x > ends[i] + 1] or [2]
            level = next((i for i in free if i != last or x > max(ends) + 3), free[0])
            ends[level], last = x + 0.95 * len(words), level
            ax.annotate(
                words, (x, mention.row), xytext=(-3, (5.5, -10, -17)[level]),
                textcoords="offset points", fontsize=6.2, color=INK,
            )  # fmt: skip
    labels = [f"{c.seed}  {outlet(c.outlet)}, {c.published}" for c in cases.itertuples()]
    ax.set_yticks(range(len(cases)), labels, fontsize=6.8)
    ax.set_ylim(len(cases) - 0.4, -0.6)
    ax.set_xlim(-1, 104)
    ax.set_xticks(range(0, 101, 20), [f"{x}%" for x in range(0, 101, 20)])
    ax.set_xlabel("place in the text (0% = first character)")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_title("Where each article mentions air power")
    handles = [
        Line2D([], [], ls="", marker=mark, ms=5.5, color=PARTY["air"], mec="white", mew=0.4,
               label=label)
        for kind, (mark, label) in KIND.items()
        if (seen["group"] == kind).any()
    ]  # fmt: skip
    if handles:
        ax.legend(
            handles=handles, ncol=len(handles), loc="upper right", bbox_to_anchor=(1, 0),
            bbox_transform=ax.transAxes
            + ScaledTranslation(0, -0.4, ax.figure.dpi_scale_trans),
            fontsize=6.6, handletextpad=0.1, columnspacing=0.9, borderaxespad=0,
        )  # fmt: skip
