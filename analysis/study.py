"""What a notebook holds in its hands: checked parameters, the selection, the results.

`begin` checks the parameters, loads the tables and selects the events; `Study.save`
writes a figure, `Study.record` keeps a named number, `Study.finish` writes them out.
Sentences with numbers are built from recorded numbers, so prose cannot drift from data.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import params, paths, series, style, tables
from analysis.errors import EmptySelectionError


@dataclass
class Study:
    """One run of one notebook.

    Attributes
    ----------
    name
        Notebook name without ending.
    parameters
        Checked values by name.
    results
        Named numbers and sentences recorded so far.
    """

    name: str
    parameters: dict[str, Any]
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> pd.Timestamp:
        """First Kabul day of the study."""
        return pd.Timestamp(self.parameters["start"])

    @property
    def end(self) -> pd.Timestamp:
        """Last Kabul day of the study."""
        return pd.Timestamp(self.parameters["end"])

    @property
    def months(self) -> pd.PeriodIndex:
        """Months of the study, the first and last possibly in part."""
        return series.study_months(self.start, self.end)

    @property
    def out_dir(self) -> Path:
        """Folder for figures and results."""
        return Path(self.parameters["out_dir"] or paths.FIGURES)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Taliban offensives that the parameters select.

        Raises
        ------
        EmptySelectionError
            If there are none; the message names the parameter that leaves none.
        """
        chosen = tables.load("events")
        wanted = self.parameters
        steps = [
            ("scope", lambda e: e[e["in_scope"]]),
            (
                "start and end",
                lambda e: e[
                    (e["date_start_latest"] >= self.start) & (e["date_start_earliest"] <= self.end)
                ],
            ),
            (
                "provinces",
                lambda e: e[e["adm1"].isin(wanted["provinces"])] if wanted["provinces"] else e,
            ),
            (
                "event_classes",
                lambda e: (
                    e[e["event_class"].isin(wanted["event_classes"])]
                    if wanted["event_classes"]
                    else e
                ),
            ),
            ("min_confidence", lambda e: e[e["conf_event"] <= wanted["min_confidence"]]),
            ("count_level", lambda e: series.count_level(e, wanted["count_level"])),
        ]
        for name, keep in steps:
            before, chosen = len(chosen), keep(chosen)
            if chosen.empty:
                asked = ", ".join(
                    f"{key} = {wanted[key]!r}" for key in name.split(" and ") if key in wanted
                )
                raise EmptySelectionError(
                    f"No event is left of {before} after {asked or name}. Widen that parameter."
                )
        return chosen.reset_index(drop=True)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Claims on the selected events, with what their sources add."""
        claims = tables.statements()
        claims = claims[claims["event_id"].isin(self.events["event_id"])]
        about = tables.load("sources")[
            ["source_id", "independence_group", "original_outlet", "title", "date_published",
             "party", "text_seen", "machine_rewritten"]
        ]  # fmt: skip
        return claims.merge(about, on="source_id", how="left", validate="many_to_one")

    def table(self, name: str) -> pd.DataFrame:
        """Return one curated table."""
        return tables.load(name)

    def record(self, **numbers: Any) -> None:
        """Keep named numbers; they are checked, written out and quoted in prose."""
        for name, value in numbers.items():
            self.results[name] = value.item() if hasattr(value, "item") else value

    def say(self, name: str, sentence: str) -> None:
        """Keep a sentence built from recorded numbers, and print it."""
        self.results[name] = sentence
        print(sentence)

    def answer(self, text: str) -> None:
        """Keep the first sentence of a text as the answer, the rest as its detail; print both."""
        self.say("answer", first_sentence(text))
        rest = text.strip()[len(self.results["answer"]) :].strip()
        self.say("detail", rest or "Nothing more can be said of this selection.")

    def save(self, drawing: style.Drawing) -> style.Saved:
        """Write a figure with data, caption, alt text, sources and parameters."""
        shown = {k: v for k, v in self.parameters.items() if k not in ("out_dir", "formats")}
        return style.save(
            drawing,
            self.out_dir,
            self.parameters["formats"],
            {"notebook": self.name, **shown},
            citations(drawing.sources),
        )

    def finish(self) -> None:
        """Write the recorded results beside the figures, and print how many."""
        text = json.dumps(self.results, indent=1, ensure_ascii=False, default=str) + "\n"
        tables.write_text(self.out_dir / f"results_{self.name}.json", text)
        print(f"{len(self.results)} results recorded for {self.name}")


def first_sentence(text: str) -> str:
    """Return a text up to the end of its first sentence.

    A full stop ends it before a blank and a capital or figure, outside of brackets; decimals
    and what stands in brackets do not.
    """
    text, depth = text.strip(), 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter in ".!?" and depth == 0 and re.match(r"\s+[A-Z0-9“]", text[at + 1 :]):
            return text[: at + 1]
    return text


def begin(name: str, **parameters: Any) -> Study:
    """Start a study: check the parameters and set the figure style.

    Raises
    ------
    ParameterError
        If a parameter is unknown, ill-typed or out of range.
    """
    style.use_style()
    return Study(name, params.check(parameters))


def citations(source_ids: Iterable[str]) -> list[dict[str, str]]:
    """Title, outlet and address of sources, sorted by id."""
    rows = tables.load("sources").set_index("source_id")
    listed = []
    for key in sorted({i for i in source_ids if isinstance(i, str) and i}):
        row = rows.loc[key]
        address = row["url"] if pd.notna(row["url"]) else f"sha256:{row['sha256']}"
        listed.append(
            {
                "source_id": key,
                "title": row["title"],
                "outlet": row["original_outlet"],
                "address": address,
            }
        )
    return listed
