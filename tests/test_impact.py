import pytest

from analysis.errors import RunError
from analysis.impact import impact, rows_changed


def test_added_removed_and_changed_rows_are_named_with_their_cells():
    before = "id,x,y\na,1,2\nb,3,4\n"
    after = "id,x,y\na,1,9\nc,5,6\n"
    assert rows_changed(before, after, ["id"]) == ["~ a  y: '2' -> '9'", "- b", "+ c"]


def test_the_same_rows_in_another_order_are_no_change():
    assert rows_changed("id,x\na,1\nb,2\n", "id,x\nb,2\na,1\n", ["id"]) == []


def test_a_commit_that_does_not_exist_is_refused():
    with pytest.raises(RunError, match="no commit"):
        impact("no-such-branch")
