"""Keep results in files: a figure alone, or a folder with everything; never half-written."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ivigsim.errors import InputError
from ivigsim.report.comparison import Comparison

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

FIGURES = ("figure.png", "figure.svg")
TABLES = ("outcomes.csv", "outcomes.parquet", "days.csv", "days.parquet", "patients.parquet")
MANIFEST = "manifest.json"
NO_FIGURE = "No figure: matplotlib is not installed; pip install 'ivigsim[report]' adds it."


def can_draw() -> bool:
    """Say whether matplotlib is there, without importing it."""
    try:
        return find_spec("matplotlib") is not None
    except ImportError:
        return False


def check_folder(folder: Path, overwrite: bool, made: Collection[str] = TABLES) -> None:
    """Refuse a folder that must not be written, before the work is done.

    Parameters
    ----------
    folder : Path
    overwrite : bool
        Whether earlier results may be replaced.
    made : collection of str
        Names of the files, beside figure and manifest, that the command makes.

    Raises
    ------
    InputError
        When it is a file, holds files and `overwrite` is not set, or holds files that ivigsim did not make;
        or when its place cannot be written.
    """
    check_place(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"'{folder}' is a file; accepted: the name of a new folder")
    names = {path.name for path in folder.iterdir()}
    strange = sorted(names - {*FIGURES, *made, MANIFEST})
    if names and not overwrite:
        raise InputError(
            f"the folder '{folder}' is not empty; accepted: a new one, or --overwrite to replace it"
        )
    if strange:
        raise InputError(
            f"the folder '{folder}' holds '{strange[0]}', which ivigsim did not make; accepted: a folder of"
            " results only"
        )


def check_place(target: Path) -> None:
    """Refuse a file or folder whose place cannot be written, before the work is done.

    Raises
    ------
    InputError
        When the nearest folder that exists is not one, or nothing can be made in it.
    """
    accepted = "accepted: a place in a folder you may write"
    try:
        above = next(folder for folder in target.absolute().parents if folder.exists())
        if not above.is_dir():
            raise InputError(f"cannot write '{target}' into '{above}', which is a file; {accepted}")
        # permissions do not tell all (a disk may be read-only, a name too long): try it
        Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=above)).rmdir()
    except OSError as error:
        raise InputError(f"cannot write '{target}' ({error.strerror}); {accepted}") from None


def write_figure(comparison: Comparison, stem: Path) -> list[Path]:
    """Write the figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    from ivigsim.report.figure import draw

    return write_drawing(draw(comparison), stem)


def write_drawing(figure: Figure, stem: Path) -> list[Path]:
    """Write any figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    from ivigsim.report.figure import save

    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "svg")]
    with beside(stem) as temporary:
        made = [temporary / path.name for path in paths]
        save(figure, *made)
        for source, path in zip(made, paths, strict=True):
            source.replace(path)
    return paths


def write_folder(comparison: Comparison, folder: Path, command: str, *, figure: bool) -> None:
    """Write figure, tables and manifest into a new folder, which appears complete or not at all.

    Parameters
    ----------
    comparison : Comparison
        With its patients kept.
    folder : Path
        As `check_folder` accepts it; its own results of an earlier run are replaced.
    command : str
        The command line, for the manifest.
    figure : bool
        Whether to draw.
    """
    from ivigsim.report.frames import days_frame, outcomes_frame, patients_frame
    from ivigsim.report.manifest import manifest

    with whole_folder(folder) as new:
        if figure:
            from ivigsim.report.figure import draw, save

            save(draw(comparison), *(new / name for name in FIGURES))
        write_tables(new, {"outcomes": outcomes_frame(comparison), "days": days_frame(comparison)})
        patients_frame(comparison).write_parquet(new / "patients.parquet")
        write_manifest(new, manifest(comparison, command, new))


def write_tables(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write tables as CSV and Parquet, by their names."""
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name}.csv")
        frame.write_parquet(folder / f"{name}.parquet")


def write_manifest(folder: Path, content: Mapping[str, object]) -> None:
    """Write what made the results."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of `folder` at the end, complete or not at all."""
    target = folder.resolve()  # "results/." has a name then, and a link leads to its folder
    target.parent.mkdir(parents=True, exist_ok=True)
    with beside(target) as temporary:
        new = temporary / target.name
        new.mkdir()
        yield new
        if target.exists():
            target.replace(temporary / "replaced")
        new.replace(target)


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as temporary:
        made = temporary / path.name
        made.write_text(text, encoding="utf-8")
        made.replace(path)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a folder on the same disk as `target`, so that moving from it is one step; it goes away again."""
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
