"""Every path of the suite, in one place and absolute.

Notebooks run from two working directories (papermill from the caller's folder,
nbval from the notebook's own), so nothing in the suite may depend on the current one.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
NOTEBOOKS = ROOT / "notebooks"
# Tests and comparisons send figures elsewhere, so that they never overwrite what they check.
FIGURES = Path(os.environ.get("FIGURES_DIR", ROOT / "figures")).resolve()
DOCS = ROOT / "docs"
BUILD = ROOT / "build"
LOCK = ROOT / "requirements.lock"
README = ROOT / "README.md"


def seed_texts() -> Path:
    """Folder with the reader's own copies of the five seed articles.

    The texts are not ours to publish. Set ``SEED_TEXTS`` to the folder that holds
    them; without it the folder ``shared/seeds`` beside the project is tried.
    """
    return Path(os.environ.get("SEED_TEXTS", ROOT.parent / "shared" / "seeds"))


def shown(path: Path) -> str:
    """Path as a reader knows it: relative to the project where it lies inside."""
    try:
        return str(Path(path).resolve().relative_to(ROOT))
    except ValueError:
        return str(path)
