"""Two small comparisons that the tests of reports share."""

from pathlib import Path

import pytest

from ivigsim.report.comparison import Request, compare
from ivigsim.treatment import Regimen


@pytest.fixture(scope="session")
def one():
    """A comparison of one regimen that has published results."""
    request = Request((Regimen.parse("IVIG 1 g/kg daily x2"),), patients=60, days=30)
    return compare(request, keep_people=True)


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """A comparison of a regimen, an event table, a dose in grams and no treatment."""
    table: Path = tmp_path_factory.mktemp("tables") / "two $doses$.csv"
    table.write_text("TIME,AMT,DUR,II,ADDL\n0,1000,0.2,1,1\n")
    regimens = (Regimen.parse("IVIG 0.4 g/kg daily x5"), Regimen.parse("IVIG 70 g"), None, table)
    return compare(Request(regimens, patients=40, days=30), keep_people=True)
