"""The core stands alone, starts light, and its files name no machine and no download address."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAVY = {
    "sklearn",
    "arviz",
    "heyoka",
    "polars",
    "matplotlib",
    "pandas",
    "libsbml",
    "antimony",
    "pint",
    "sympy",
    "scipy",
}
FORBIDDEN = {"sympy", "jax", "jaxlib", "torch"}


def run_python(code: str, *arguments: str) -> str:
    """Run `code` in a fresh interpreter and return what it printed."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return run.stdout


def distribution(requirement: str) -> str:
    """Return the normalised name of the distribution that a requirement asks for."""
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def optional_modules() -> set[str]:
    """Return the top-level modules of everything that only the extras ask for."""
    groups = PROJECT["optional-dependencies"].values()
    extras = {distribution(requirement) for group in groups for requirement in group} - {"ivigsim"}
    owners = importlib.metadata.packages_distributions()
    return {module for module, names in owners.items() if extras & {distribution(name) for name in names}}


BLOCK = """
import json, sys

class Without:
    "A finder that does not see the packages that are not in the core, as if they were not installed."

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, *rest):
        return None if name.partition(".")[0] in blocked else self.finder.find_spec(name, *rest)

    def __getattr__(self, name):
        return getattr(self.finder, name)

blocked = set(json.loads(sys.argv[1]))
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import ivigsim", id="import"),
        pytest.param(
            "import ivigsim\n"
            "sim = ivigsim.simulate('IVIG 1 g/kg daily x2', patients=8, seed=1, days=3)\n"
            "assert sim['platelets'].shape == (8, 4)\n"
            "assert (sim['platelets'] > 0).all()\n"
            "assert sim.patients.height == 8",
            id="simulate",
        ),
    ],
)
def test_the_core_runs_without_the_extras(code: str) -> None:
    blocked = optional_modules()
    assert {"matplotlib", "pandas", "pytest", "sphinx"} <= blocked
    run_python(BLOCK + code, json.dumps(sorted(blocked)))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import ivigsim", id="import"),
        pytest.param(
            "import io, sys, contextlib\n"
            "from ivigsim.cli import main\n"
            "sys.argv = ['ivigsim', '--help']\n"
            "with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):\n"
            "    main()\n"
            "assert 'simulate' in out.getvalue()",
            id="help",
        ),
    ],
)
def test_start_imports_nothing_heavy(code: str) -> None:
    loaded = run_python(code + "\nimport sys\nprint(*sys.modules)").split()
    assert "ivigsim" in loaded
    assert not HEAVY.intersection(loaded)


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    requirements = re.findall(r"^\w.*(?:\n[ ]+--.*)*", text, flags=re.MULTILINE)
    assert len(requirements) > 50
    for requirement in requirements:
        assert re.match(r"[\w.-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    for line in text.splitlines():
        assert re.match(r"(#|\w|    --hash=sha256:[0-9a-f]{64}|    #)", line), line
        assert not re.search(r"https?:|file:|index-url|find-links", line), line


def test_the_lock_holds_every_dependency_and_none_that_slows_the_start() -> None:
    text = (ROOT / "requirements.lock").read_text()
    locked = {distribution(line) for line in re.findall(r"^\w.*", text, flags=re.MULTILINE)}
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    asked = {distribution(requirement) for group in groups for requirement in group} - {"ivigsim"}
    assert asked <= locked
    assert FORBIDDEN.isdisjoint(locked)


def test_heyoka_is_asked_for_only_where_there_is_a_wheel() -> None:
    (heyoka,) = [r for r in PROJECT["dependencies"] if distribution(r) == "heyoka"]
    assert heyoka.endswith("; sys_platform == 'linux'")


def test_one_version_everywhere() -> None:
    import ivigsim

    version = ivigsim.__version__
    assert importlib.metadata.version("ivigsim") == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_wheel_carries_the_model_the_types_and_the_licence(tmp_path: Path) -> None:
    build = (
        "import sys, os; from hatchling.builders.wheel import WheelBuilder\n"
        "print(next(WheelBuilder(os.getcwd()).build(directory=sys.argv[1], versions=['standard'])))"
    )
    wheel = run_python(build, str(tmp_path)).strip()
    names = zipfile.ZipFile(wheel).namelist()
    source = ROOT / "src"
    needed = [path for path in source.rglob("*") if path.suffix in {".ant", ".tsv", ".toml", ".py"}]
    assert not {path.relative_to(source).as_posix() for path in needed} - set(names)
    assert {"ivigsim/py.typed", "ivigsim/model/ivig_itp.ant", "ivigsim/model/parameters.tsv"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def project_files() -> list[Path]:
    """Return the project's text files, without what is built or cached."""
    built = {"__pycache__", "_build", "generated"}
    folders = [ROOT / name for name in (".ci", "benchmarks", "docs", "scripts", "src", "tests")]
    inside = [path for folder in folders for path in folder.rglob("*") if not built.intersection(path.parts)]
    files = [path for path in [*ROOT.iterdir(), *inside] if path.is_file()]
    return [path for path in files if path.suffix not in {".png", ".parquet"}]


def test_no_file_names_a_machine_or_a_registry() -> None:
    # Brackets keep this file from naming what it looks for. A path follows no letter, a web page's does.
    machines = r"(?<![\w.])/(wor[k]|roo[t]|(hom[e]|User[s])/\w+)/"
    registries = r"pythonhoste[d]|pypi\.or[g]|npmj[s]\.|\.debian\.or[g]"
    pattern = re.compile(f"{machines}|{registries}")
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    found = [path.name for path in files if pattern.search(path.read_text(encoding="utf-8"))]
    assert not found
