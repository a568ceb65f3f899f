"""Fixtures: scratch copies of the tables, the seed texts where a reader has them."""

import shutil
from pathlib import Path

import pytest

from analysis import paths, tables


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the tables that a test may damage."""
    copy = tmp_path / "seeds"
    shutil.copytree(paths.SEEDS, copy)
    return copy


@pytest.fixture(scope="session")
def seed_texts() -> Path:
    folder = paths.seed_texts()
    if not folder.exists():
        pytest.skip("the seed texts are not here: set SEED_TEXTS to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def events():
    """The in-scope events, as typed rows."""
    every = tables.load("events")
    return every[every["in_scope"]].reset_index(drop=True)
