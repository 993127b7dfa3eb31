"""Tables as Parquet: the same table gives the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.trials.store_files import sha256

if TYPE_CHECKING:
    import polars as pl

ROWS_PER_GROUP = 65_536
_PAGE = 1 << 20  # bytes


@dataclass(frozen=True)
class Packed:
    """A table as the bytes of a Parquet file.

    Attributes
    ----------
    content : bytes
    rows : int
    sha256 : str
        Of the content.
    """

    content: bytes
    rows: int
    sha256: str


def pack(table: pl.DataFrame) -> Packed:
    """Turn a table into a Parquet file in memory.

    Every setting is fixed, so that the bytes depend on the table and the polars version alone.

    Examples
    --------
    >>> import polars as pl
    >>> pack(pl.DataFrame({"a": [1, 2]})) == pack(pl.DataFrame({"a": [1, 2]}))
    True
    """
    target = io.BytesIO()
    table.rechunk().write_parquet(
        target,
        compression="zstd",
        compression_level=3,
        statistics=True,
        row_group_size=ROWS_PER_GROUP,
        data_page_size=_PAGE,
    )
    content = target.getvalue()
    return Packed(content, table.height, sha256(content))
