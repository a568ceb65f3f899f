import pytest

from analysis.errors import EmptySelectionError
from analysis.study import begin, citations, first_sentence

DEFAULTS = {
    "start": "2007-01-01",
    "end": "2021-08-15",
    "provinces": [],
    "event_classes": [],
    "min_confidence": "E",
    "count_level": "child",
    "out_dir": "",
    "formats": ["svg"],
}


def study(**changes):
    return begin("00_test", **(DEFAULTS | changes))


def test_each_parameter_narrows_the_selection_and_nothing_else_does():
    everything = len(study().events)
    for change in (
        {"start": "2015-01-01"},
        {"end": "2014-12-31"},
        {"provinces": ["Helmand"]},
        {"event_classes": ["capital_capture"]},
        {"min_confidence": "A"},
        {"count_level": "parent"},
    ):
        assert 0 < len(study(**change).events) < everything, change


def test_selected_events_have_what_was_asked_for():
    events = study(provinces=["Kunduz"], start="2015-01-01", end="2016-12-31").events
    assert set(events["adm1"]) == {"Kunduz"}
    assert (events["date_start_latest"] >= "2015-01-01").all()
    assert (events["date_start_earliest"] <= "2016-12-31").all()


def test_an_empty_selection_names_the_parameter_that_emptied_it():
    with pytest.raises(EmptySelectionError, match="provinces = \\['Panjshir'\\]"):
        _ = study(provinces=["Panjshir"], start="2007-01-01", end="2008-01-01").events


def test_out_of_scope_events_are_never_selected():
    assert study().events["in_scope"].all()


def test_results_and_sentences_are_written_out(tmp_path, capsys):
    one = study(out_dir=str(tmp_path))
    one.record(n_events=3)
    one.say("answer", "There are 3.")
    one.finish()
    assert '"n_events": 3' in (tmp_path / "results_00_test.json").read_text()
    assert "There are 3." in capsys.readouterr().out


def test_citations_give_an_address_or_a_hash_for_every_source():
    listed = citations(["S0001", "S0002"])
    assert all(c["address"].startswith(("http", "sha256:")) for c in listed)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("It rose. It fell.", "It rose."),
        ("The ratio was 1.9 (1.7 to 3.1). No more.", "The ratio was 1.9 (1.7 to 3.1)."),
        ("It brought 6.1 a day. 33 capitals fell.", "It brought 6.1 a day."),
        ("One sentence (so we hope. Or not); p 0.07", "One sentence (so we hope. Or not); p 0.07"),
        ("", ""),
    ],
)
def test_an_answer_is_the_first_sentence_of_its_text(text, first):
    assert first_sentence(text) == first


def test_an_answer_is_kept_apart_from_its_detail(capsys):
    one = study()
    one.answer("There are 3. Two of them are large.")
    assert one.results == {"answer": "There are 3.", "detail": "Two of them are large."}
    one.answer("There are none.")
    assert one.results["detail"].startswith("Nothing more")
    assert "Two of them are large." in capsys.readouterr().out
