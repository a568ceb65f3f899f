"""One set of versions: pyproject, the lock, conda and the imports agree."""

import ast
import re
import sys
import tomllib

import yaml

from analysis import paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
LOCK = paths.LOCK.read_text()
PINNED = dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", LOCK))
DIRECT = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def test_every_direct_dependency_is_pinned_with_a_hash():
    blocks = re.split(r"(?m)^(?=[a-z0-9._-]+==)", LOCK)[1:]
    hashed = {b.split("==")[0] for b in blocks if "--hash=sha256:" in b}
    assert hashed == set(PINNED)
    names = {re.split(r"[\[<>=]", d)[0] for d in DIRECT}
    assert names <= set(PINNED), names - set(PINNED)


def test_conda_installs_the_same_lock_and_the_same_python():
    conda = yaml.safe_load((paths.ROOT / "environment.yml").read_text())["dependencies"]
    assert "python=3.11" in conda
    pip = next(d["pip"] for d in conda if isinstance(d, dict))
    assert pip == ["-r requirements.lock"]
    assert PROJECT["requires-python"] == ">=3.11,<3.12"


def test_what_is_installed_is_what_is_locked():
    from importlib.metadata import version

    for name in ("pandas", "matplotlib", "numpy", "scipy", "statsmodels", "nbval", "papermill"):
        assert version(name) == PINNED[name], name


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    imported = set()
    for path in (paths.ROOT / "analysis").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {a.name.split(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    names = {
        "pyyaml": "yaml",
        "pillow": "PIL",
        "ahocorasick-rs": "ahocorasick_rs",
        "markupsafe": "markupsafe",
        "diff-diff": "diff_diff",
    }
    ours = imported - set(sys.stdlib_module_names) - {"analysis"}
    declared = {names.get(re.split(r"[\[<>=]", d)[0], re.split(r"[\[<>=]", d)[0])
                for d in PROJECT["dependencies"]}  # fmt: skip
    optional = {names.get(d, d) for d in DIRECT}
    assert ours <= declared | optional, "imported and not declared"
    kernel = {"ipykernel"}
    assert declared - kernel <= ours, "declared and never imported"
