from analysis.errors import PER_KIND, Problem, nearest, report


def test_a_problem_names_place_value_and_remedy_in_one_line():
    problem = Problem("seeds/events.csv", 214, "adm1", "orphan key", "Hilmand", "Write Helmand.")
    assert str(problem) == "seeds/events.csv:214:adm1: orphan key 'Hilmand'. Write Helmand."


def test_a_report_shows_twenty_of_a_kind_and_counts_the_rest():
    problems = [Problem("f.csv", i, "c", "bad date", "x", "y") for i in range(1, 31)]
    text = report(problems)
    assert text.count("bad date 'x'") == PER_KIND
    assert "10 more of: bad date" in text
    assert text.startswith("30 problems")


def test_the_nearest_word_is_offered_and_a_far_one_is_not():
    assert "Helmand" in nearest("Helmnd", ["Helmand", "Herat"])
    assert nearest("zzz", ["Helmand", "Herat"]) == ""
