"""`ivigsim validate` on a few rows: rows outside are shown, files are whole, wrong input is one sentence."""

import json
from html.parser import HTMLParser

import pytest

FEW = (
    "--row",
    "E019",
    "--row",
    "E154",
    "--row",
    "E026",
    "--draws",
    "4",
    "--patients",
    "60",
    "--workers",
    "1",
)


def test_rows_outside_are_shown(ivigsim):
    run = ivigsim("validate", *FEW)
    assert run.code == 0
    for part in ("E019", "E154", "OUTSIDE", "held out", "fitted", "never for treatment decisions"):
        assert part in run.out
    assert max(map(len, run.out.splitlines())) <= 80


def test_json_is_the_same_for_a_seed(ivigsim):
    first, second = (ivigsim("validate", *FEW, "--json").out for _ in range(2))
    rows = json.loads(first)
    assert first == second
    assert [row["id"] for row in rows] == ["E019", "E026", "E154"]
    assert all(row["low"] <= row["median"] <= row["high"] for row in rows)
    assert json.loads(ivigsim("validate", *FEW, "--json", "--seed", "9").out) != rows


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.loaded, self.links, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag in ("script", "img", "link", "iframe", "object"):
            self.loaded.append(tag)
        if tag == "a":
            self.links.append(known["href"])

    def handle_data(self, data):
        self.text += data


def test_the_page_needs_nothing_else_and_the_folder_is_whole(ivigsim, tmp_path):
    run = ivigsim("validate", *FEW, "--out", tmp_path / "out")
    assert run.code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"validation.html", "validation.csv", "figure.png", "figure.svg", "manifest.json"}
    page = Page()
    page.feed((tmp_path / "out" / "validation.html").read_text())
    assert page.loaded == []
    assert any("pubmed" in link for link in page.links)
    assert "OUTSIDE" in page.text
    assert "efgartigimod" in page.text
    assert ivigsim("validate", *FEW, "--out", tmp_path / "out").code == 2
    assert ivigsim("validate", *FEW, "--out", tmp_path / "out", "--overwrite").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--row", "E019x"], "nearest: 'E019'"),
        (["--row", "E024"], "result that can be simulated"),
        (["--group", "dosage"], "nearest: 'dose'"),
        (["--use", "hold-out"], "nearest: 'hold out'"),
        (["--group", "dose", "--row", "E019"], "fits all of"),
        (["--draws", "0"], "draws is 0; accepted"),
        (["--patients", "5"], "patients is 5; accepted"),
    ],
)
def test_wrong_input(ivigsim, tmp_path, arguments, message):
    run = ivigsim("validate", "--out", tmp_path / "out", *arguments)
    assert run.code == 2
    assert message in " ".join(run.err.split())
    assert not (tmp_path / "out").exists()
