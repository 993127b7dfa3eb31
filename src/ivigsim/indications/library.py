"""The indications that come with ivigsim, and files of one's own."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ivigsim.errors import InputError, unknown
from ivigsim.indications.definition import Finding, Indication, Target, Template
from ivigsim.indications.refusals import first_refusal

_PARTS: dict[str, type[BaseModel]] = {"regimens": Template, "targets": Target, "findings": Finding}


def indication_names() -> tuple[str, ...]:
    """Return the names of the indications that come with ivigsim.

    Examples
    --------
    >>> "cidp" in indication_names()
    True
    """
    folder = files(__package__).joinpath("data")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load_indication(name: str | Path) -> Indication:
    """Read an indication that comes with ivigsim by name or alias, or a file of your own.

    Parameters
    ----------
    name : str or Path
        One of `indication_names`, one of their aliases such as "pid", or the path of a TOML file: a Path, or
        text that ends in ".toml". The indication of a file is named by its path.

    Raises
    ------
    InputError
        When no indication has this name; when the file cannot be read or is wrong, with the field that is
        and what is accepted there.

    Examples
    --------
    >>> load_indication("pid").title
    'Primary humoral immunodeficiency'
    """
    if isinstance(name, Path) or name.lower().endswith(".toml"):
        return _read(Path(name))
    wanted = name.strip().lower()
    known = _by_alias()
    if wanted not in known:
        raise unknown("indication", name, (*indication_names(), "FILE.toml"), also=known)
    return known[wanted]


@cache
def _by_alias() -> dict[str, Indication]:
    """Return every indication that comes with ivigsim, by its name and by its aliases."""
    folder = files(__package__).joinpath("data")
    found: dict[str, Indication] = {}
    for name in indication_names():
        content = tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        indication = Indication.model_validate({**content, "name": name})
        found |= {each.lower(): indication for each in (name, *indication.aliases)}
    return found


def _read(path: Path) -> Indication:
    """Read and check a file; each time anew, since it may have changed."""
    where = f"indication file '{path}'"
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{where} cannot be read ({error.strerror}); accepted: a TOML file") from None
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text; accepted: a TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is not TOML ({error}); accepted: a TOML file") from None
    if "name" in content:
        raise InputError(
            f"{where}: field 'name' is unknown; accepted: none, an indication is named by its file"
        )
    try:
        return Indication.model_validate({**content, "name": str(path)})
    except ValidationError as error:
        raise InputError(f"{where}: {first_refusal(error, Indication, _PARTS)}") from None
