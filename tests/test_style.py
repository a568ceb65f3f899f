import json
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis import style


def drawing(values=(1.0, 2.0)):
    fig = style.canvas(60)
    fig.subplots().plot([0, 1], values, color=style.PARTY["taliban"])
    style.finish(fig, "A finding", "Sources: none")
    data = pd.DataFrame({"x": [0, 1], "y": values})
    return style.Drawing("t01_test", fig, data, "A finding", "Caption.", "Alt text.", ())


def test_two_saves_give_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        style.save(drawing(), tmp_path / folder, ["svg", "png", "pdf"])
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == [f"t01_test.{e}" for e in ("csv", "json", "pdf", "png", "svg")]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_other_data_give_other_bytes(tmp_path):
    style.save(drawing(), tmp_path / "a")
    style.save(drawing((1.0, 3.0)), tmp_path / "b")
    for name in ("t01_test.svg", "t01_test.png", "t01_test.csv"):
        assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes(), name


def test_the_description_says_what_a_reader_needs(tmp_path):
    style.save(drawing(), tmp_path, ["png"], {"start": "2007-01-01"}, [{"source_id": "S1"}])
    about = json.loads((tmp_path / "t01_test.json").read_text())
    assert about["rows"] == 2 and about["alt"] == "Alt text." and about["caption"] == "Caption."
    assert about["parameters"] == {"start": "2007-01-01"}
    assert about["sources"] == [{"source_id": "S1"}]


def test_a_saved_figure_shows_one_line_and_a_picture_with_alt_text(tmp_path):
    saved = style.save(drawing(), tmp_path)
    data, metadata = saved._repr_mimebundle_()
    assert data["text/plain"].startswith("t01_test: 2 rows drawn, data ")
    assert metadata["image/png"]["alt"] == "Alt text."


def test_text_in_an_svg_stays_text(tmp_path):
    style.save(drawing(), tmp_path, ["svg"])
    assert ">A finding<" in (tmp_path / "t01_test.svg").read_text()


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("pair", [("taliban", "government"), ("taliban", "us"), ("us", "air"),
                                  ("government", "us")])  # fmt: skip
def test_parties_can_be_told_apart_without_hue(pair):
    light, dark = sorted((_luminance(style.PARTY[p]) for p in pair), reverse=True)
    assert (light + 0.05) / (dark + 0.05) > 1.3


def test_no_party_hue_stands_for_anything_else():
    assert len(set(style.PARTY.values())) == len(style.PARTY), "two parties share a hue"
    assert not set(style.ORDER) & set(style.PARTY.values())
    # A hue written out in a figure module would escape the rule: parties go by name.
    for path in sorted(Path(style.__file__).parent.glob("fig_*.py")):
        typed = {c.upper() for c in re.findall(r"#[0-9A-Fa-f]{6}", path.read_text())}
        assert not typed & {c.upper() for c in style.PARTY.values()} - {"#000000", "#999999"}, path


def test_an_order_runs_from_pale_to_dark():
    shades = [_luminance(c) for c in style.ORDER]
    assert shades == sorted(shades, reverse=True)
    assert all(a / b > 1.15 for a, b in pairwise(shades))
