"""How figures look, and the only door through which they are saved.

Same data, same bytes: the SVG salt is fixed, dates and versions are left out of the
files, the font is the one that ships with matplotlib, and rows are drawn in the order
in which they are written to the CSV beside the picture.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure, FigureBase
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox
from PIL import Image

from analysis.tables import write_text

MM = 1 / 25.4
WIDTH = 180 * MM

# Okabe & Ito (2008), colour universal design: one hue per party in every figure.
PARTY = {
    "taliban": "#000000",
    "government": "#0072B2",
    "international": "#56B4E9",
    "us": "#E69F00",
    "un": "#009E73",
    "air": "#D55E00",
    "unknown": "#999999",
    "civilian": "#CC79A7",
}
# The one hue of that palette that no party has, pale to dark: for what comes in an order
# (tranches, degrees of resistance) and for emphasis. Everything else is a grey.
ORDER = ("#F8F3B0", "#F0E442", "#B9AD1F", "#7A7113", "#3A3609")
ACCENT = ORDER[3]
INK, FAINT, GRID = "#222222", "#6b6b6b", "#dddddd"

RC = {
    "svg.hashsalt": "fighting-seasons",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.grid": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.4,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
}


def use_style() -> None:
    """Set matplotlib to the suite's look."""
    plt.switch_backend("agg")
    mpl.rcdefaults()
    mpl.rcParams.update(RC)


def canvas(height_mm: float, **kwargs: Any) -> Figure:
    """Empty figure, 180 mm wide, `height_mm` high, with constrained layout."""
    use_style()
    return plt.figure(figsize=(WIDTH, height_mm * MM), layout="constrained", **kwargs)


def finish(fig: Figure, title: str, source: str) -> None:
    """Title that states the finding, above all axes; source line below them."""
    fig.suptitle(title, x=0.012, ha="left", fontsize=10, fontweight="bold", wrap=True)
    fig.supxlabel(source, x=0.012, ha="left", fontsize=6.2, color=FAINT)


@dataclass(frozen=True)
class Drawing:
    """A figure with everything that is stored beside it.

    Attributes
    ----------
    slug
        File name without ending, also the id in the report.
    fig
        The picture.
    data
        One row per mark; written as CSV and enough to draw the picture again.
    title, caption, alt
        Finding; what is shown, with unit, n and doubt; the same for who cannot see it.
    sources
        ``source_id`` values of the rows behind the marks.
    """

    slug: str
    fig: Figure
    data: pd.DataFrame
    title: str
    caption: str
    alt: str
    sources: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Saved:
    """Receipt for a saved figure; shows the picture in a notebook."""

    slug: str
    rows: int
    data_hash: str
    alt: str
    preview: bytes

    def __repr__(self) -> str:
        return f"{self.slug}: {self.rows} rows drawn, data {self.data_hash}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return (
            {"text/plain": repr(self), "image/png": self.preview},
            {"image/png": {"alt": self.alt}},
        )


def save(
    drawing: Drawing,
    out_dir: Path,
    formats: Sequence[str] = ("svg", "png"),
    parameters: dict[str, Any] | None = None,
    citations: Sequence[dict[str, str]] = (),
) -> Saved:
    """Write picture, plotted data and description; return a receipt.

    Parameters
    ----------
    drawing
        What to save.
    out_dir
        Folder; made if missing. Files: ``slug.svg``, ``slug.png``, ``slug.csv`` and
        ``slug.json`` (title, caption, alt text, sources, parameters, row count).
    formats
        Picture formats among svg, png and pdf.
    parameters, citations
        Stored in the description.

    Notes
    -----
    Each file is written under a temporary name and renamed, so a stopped run leaves
    no half file behind.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    table = drawing.data.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_text(out_dir / f"{drawing.slug}.csv", table)
    data_hash = hashlib.sha256(table.encode()).hexdigest()[:12]
    description = {
        "slug": drawing.slug,
        "title": drawing.title,
        "caption": drawing.caption,
        "alt": drawing.alt,
        "rows": len(drawing.data),
        "data_sha256_12": data_hash,
        "parameters": parameters or {},
        "formats": sorted(formats),
        "sources": list(citations),
    }
    write_text(out_dir / f"{drawing.slug}.json", json.dumps(description, indent=1,
               ensure_ascii=False) + "\n")  # fmt: skip
    with mpl.rc_context(RC):
        _settle(drawing.fig)
        for form in formats:
            _write_bytes(out_dir / f"{drawing.slug}.{form}", _picture(drawing.fig, form, 300))
        preview = _smaller(_picture(drawing.fig, "png", 110))
    plt.close(drawing.fig)
    return Saved(drawing.slug, len(drawing.data), data_hash, drawing.alt, preview)


def _settle(fig: Figure) -> None:
    """Lay the figure out once and round where the axes stand.

    The solver behind the constrained layout meets its constraints in an order that changes
    from run to run; the last digits of its answer would make equal pictures unequal files.
    """
    if not isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine):
        return
    # Text is measured at the size of the PNG, and the solver needs more than one pass.
    fig.set_dpi(300)
    for _ in range(3):
        fig.draw_without_rendering()
    fig.set_layout_engine("none")
    _round_subfigures(fig)
    for ax in fig.axes:
        if ax.get_axes_locator() is None:
            ax.set_position([round(edge, 5) for edge in ax.get_position(original=True).bounds])


def _round_subfigures(fig: FigureBase) -> None:
    for part in fig.subfigs:
        edges = part.bbox_relative.get_points().round(5)
        part._redo_transform_rel_fig(Bbox(edges))
        _round_subfigures(part)


def _picture(fig: Figure, form: str, dpi: int) -> bytes:
    # Measured with matplotlib 3.11: without these, SVG and PDF differ at every run and
    # PNG carries the library's version.
    metadata = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }[form]
    buffer = io.BytesIO()
    fig.savefig(buffer, format=form, dpi=dpi, metadata=metadata)
    content = buffer.getvalue()
    if form == "svg":
        content = content.replace(b"\r\n", b"\n")
    return content


def _smaller(picture: bytes) -> bytes:
    """PNG with a palette: a third of the size in a notebook, and flat colours lose nothing."""
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(colors=96)
    image.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def _write_bytes(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_bytes(content)
    scratch.replace(path)
