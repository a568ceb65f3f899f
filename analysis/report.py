"""One readable page from executed notebooks, figures and results.

``build/report/index.html`` needs no network: pictures are inside it, code is folded.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.filters import markdown2html

from analysis import counts, paths
from analysis.run import Outcome, executed_dir
from analysis.tables import load, write_text

# What a notebook says of its own run: of use beside a terminal, and not to a reader.
RUN_TIME = re.compile(r" ?\bIt runs in [^.]*\.")
RECEIPT = re.compile(r"(?m)^\d+ results recorded for \w+$\n?")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fighting Seasons: report</title>
<style>
:root { --ink:#222; --faint:#5c5c5c; --rule:#ddd; --wash:#f6f5f2; }
body { font: 16px/1.55 Georgia, "DejaVu Serif", serif; color: var(--ink); margin: 0; }
main, nav, header { max-width: 52rem; margin: 0 auto; padding: 0 1.2rem; }
h1, h2, h3, nav, th, summary, figcaption, .meta { font-family: "DejaVu Sans", Verdana, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; }
h2 { margin-top: 3.2rem; border-top: 3px solid var(--ink); padding-top: .7rem; }
h3 { margin-top: 2rem; font-size: 1.05rem; }
a { color: #0072B2; }
figure { margin: 1.4rem 0; }
img { max-width: 100%; height: auto; border: 1px solid var(--rule); }
figcaption { font-size: .78rem; color: var(--faint); margin-top: .4rem; }
pre { background: var(--wash); padding: .7rem .9rem; overflow-x: auto; font-size: .78rem; }
details { margin: .4rem 0; } summary { cursor: pointer; font-size: .74rem; color: var(--faint); }
nav ul { list-style: none; padding-left: 0; } nav li { margin: .5rem 0; }
table { border-collapse: collapse; font-size: .8rem; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--rule);
  vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.failed { border-left: 4px solid #D55E00; padding-left: .8rem; }
.anchor-link { display: none; }
.meta { font-size: .78rem; color: var(--faint); }
@media print { details { display: none; } h2 { break-before: page; } }
</style>
</head>
<body>
<header><h1>Fighting Seasons</h1>
<p>Taliban offensives, foreign troop drawdowns and air-strike mentions in Afghanistan,
2007&ndash;2021.</p>
<p class="meta">{{ parameters }}</p></header>
<nav aria-label="Contents"><h2>Contents</h2><ul>
{% for n in notebooks %}<li><a href="#{{ n.name }}">{{ n.heading }}</a>
{% if n.answer %}<br><span class="meta">{{ n.answer }}</span>{% endif %}</li>{% endfor %}
<li><a href="#words">Words used</a></li><li><a href="#tables">Tables</a></li>
<li><a href="#sources">Sources behind the figures</a></li>
</ul></nav>
<main>
{% for n in notebooks %}
<section id="{{ n.name }}"><h2>{{ n.heading }}</h2>
{% if n.failed %}
<p class="failed"><strong>This notebook failed.</strong> {{ n.failed }}</p>{% endif %}
{% for part in n.parts %}{{ part }}
{% endfor %}</section>
{% endfor %}
<section id="words"><h2>Words used</h2>{{ words }}</section>
<section id="tables"><h2>Tables</h2>
<table><thead><tr><th>Table</th><th>Rows</th><th>What a row is</th></tr></thead><tbody>
{% for t in tables %}<tr><td><code>{{ t.table }}</code></td><td class="n">{{ t.rows }}</td>
<td>{{ t.description }}</td></tr>{% endfor %}
</tbody></table></section>
<section id="sources"><h2>Sources behind the figures</h2>
<p>{{ n_sources }} sources state at least one value in a table. Where a figure draws published
series, a list of the sources behind its marks unfolds below its name; the data of every figure are
in its CSV file.</p>
{% for f in figures %}<h3 id="src-{{ f.slug }}">Figure {{ loop.index }}. {{ f.title }}</h3>
<p class="meta">Data: {{ f.slug }}.csv, {{ f.rows }} rows.</p>
{% if f.sources %}<details><summary>{{ f.sources|length }} sources</summary><ul>
{% for s in f.sources %}<li>{{ s.source_id }} {{ s.title }}, {{ s.outlet }}
{% if s.address.startswith("http") %}<a href="{{ s.address }}">address</a>
{% else %}{{ s.address[:23] }}{% endif %}</li>{% endfor %}</ul></details>{% endif %}
{% endfor %}</section>
</main></body></html>
"""


def write(names: Sequence[str], outcomes: Sequence[Outcome], overrides: Mapping[str, Any]) -> str:
    """Write the report if anything in it changed; return a line that says so.

    Parameters
    ----------
    names
        Notebooks to include, in order.
    outcomes
        What became of each.
    overrides
        Parameters that replaced defaults; those that change results are named at the top.
    """
    failed = {o.notebook: o.message for o in outcomes if o.state == "failed"}
    out_dir = Path(overrides.get("out_dir") or paths.FIGURES)
    figures: list[dict[str, Any]] = []
    sections = [_section(name, failed.get(name, ""), out_dir, figures) for name in names]
    html = (
        Environment(autoescape=True, trim_blocks=True)
        .from_string(PAGE)
        .render(
            notebooks=sections,
            parameters=parameter_words(overrides),
            words=_words(),
            tables=counts.table_rows().to_dict("records"),
            figures=figures,
            n_sources=len(load("sources")),
        )
    )
    home = paths.BUILD if out_dir.resolve() == paths.FIGURES.resolve() else out_dir
    page = home / "report" / "index.html"
    if page.exists() and page.read_text(encoding="utf-8") == html:
        return f"{paths.shown(page)} is up to date"
    write_text(page, html)
    return f"wrote {paths.shown(page)}"


def _section(
    name: str, failure: str, out_dir: Path, figures: list[dict[str, Any]]
) -> dict[str, Any]:
    path = executed_dir(out_dir) / (f"{name}.failed.ipynb" if failure else f"{name}.ipynb")
    if not path.exists():
        return {"name": name, "heading": name, "failed": failure, "parts": [], "answer": ""}
    notebook = nbformat.read(path, as_version=4)
    results = out_dir / f"results_{name}.json"
    answer = ""
    if results.exists() and not failure:
        answer = json.loads(results.read_text(encoding="utf-8")).get("answer", "")
    parts, title = [], name
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"<!--.*?-->", "", cell.source, flags=re.DOTALL)
            text = RUN_TIME.sub("", text)
            if text.startswith("# "):
                first, _, text = text.partition("\n")
                title = first[2:].strip()
            # Notebook headings stand one level below the section's own.
            text = re.sub(r"(?m)^(#+) ", r"#\1 ", text)
            parts.append(Markup(markdown2html(text)))
            continue
        parts.append(_code(cell.source))
        parts += [p for o in cell.outputs if (p := _output(o, out_dir, figures))]
    # The number by which the notebooks refer to one another.
    heading = f"{name[:2]} {title}" if name[:2].isdigit() else title
    return {"name": name, "heading": heading, "failed": failure, "parts": parts,
            "answer": answer}  # fmt: skip


def parameter_words(overrides: Mapping[str, Any]) -> str:
    """Line on the parameters that a reader set; where files go and in which form is left out."""
    named = {k: v for k, v in overrides.items() if k not in ("out_dir", "formats")}
    if not named:
        return "Parameters: the notebooks' own, none was changed."

    def shown(value: Any) -> str:
        if isinstance(value, str):
            # Of a file its name is enough, wherever it lies.
            return Path(value).name or "none"
        return " and ".join(map(str, value)) or "all" if isinstance(value, Sequence) else str(value)

    said = ", ".join(f"{k} set to {shown(v)}" for k, v in named.items())
    return f"Parameters: {said}; all others as the notebooks have them."


def _words() -> Markup:
    """Return the glossary, without its own title."""
    text = (paths.DOCS / "GLOSSARY.md").read_text(encoding="utf-8")
    return Markup(markdown2html(text.partition("\n")[2]))


def _code(source: str) -> Markup:
    return Markup("<details><summary>code</summary><pre>{}</pre></details>").format(source)


def _output(output: Any, out_dir: Path, figures: list[dict[str, Any]]) -> Markup | None:
    if output.output_type == "stream":
        text = RECEIPT.sub("", output.text).rstrip()
        return Markup("<pre>{}</pre>").format(text) if text else None
    if output.output_type == "error":
        return Markup('<pre class="failed">{}: {}</pre>').format(output.ename, output.evalue)
    text = output.data.get("text/plain", "")
    slug = text.split(":")[0]
    described = out_dir / f"{slug}.json"
    if "image/png" in output.data and described.exists():
        about = json.loads(described.read_text(encoding="utf-8"))
        figures.append(about)
        return _figure(about, len(figures), out_dir, output.data["image/png"])
    return Markup("<pre>{}</pre>").format(text) if text else None


def _figure(about: Mapping[str, Any], number: int, out_dir: Path, preview: str) -> Markup:
    png = out_dir / f"{about['slug']}.png"
    picture = base64.b64encode(png.read_bytes()).decode() if png.exists() else preview
    return Markup(
        '<figure id="{slug}"><img src="data:image/png;base64,{picture}" alt="{alt}">'
        '<figcaption><strong>Figure {number}.</strong> {caption} '
        '<a href="#src-{slug}">Sources and data</a>.</figcaption></figure>'
    ).format(
        slug=about["slug"], number=number, picture=picture, alt=about["alt"],
        caption=about["caption"],
    )  # fmt: skip
