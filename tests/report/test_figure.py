"""The figure: complete, readable without colour, and the same bytes every time."""

import struct
import subprocess
import sys

import pytest

from ivigsim.report.figure import DPI, draw, save


@pytest.fixture(scope="module")
def drawn(one):
    return draw(one)


def texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text)]


def test_platelets_stand_above_igg_with_thresholds_and_doses(drawn):
    platelets, doses, igg = drawn.axes
    assert platelets.get_ylabel() == "platelets (10⁹/L)"
    assert igg.get_ylabel() == "total IgG (g/L)"
    words = texts(drawn)
    assert {"30  IWG response", "50  trial response", "100  complete response"} <= set(words)
    assert list(doses.lines[0].get_xdata()) == [0, 1]
    assert any("60 virtual patients (adult-chronic), seed 1" in text for text in words)
    assert any("research and teaching only" in text for text in words)


def test_the_published_peak_is_marked_where_a_simulation_would_have_it(drawn):
    marks = [line for line in drawn.axes[0].lines if line.get_marker() == "D"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(7, 149)]


def test_several_regimens_differ_in_line_and_have_letters(several):
    figure = draw(several)
    assert len(figure.axes) == 12
    panel = figure.axes[0]
    styles = [
        line.get_linestyle() + str(line._dash_pattern) for line in panel.lines if line.get_linewidth() >= 1
    ]
    assert len(set(styles)) >= 4
    words = texts(figure)
    assert {"A", "B", "C", "D"} <= set(words)
    assert "D: event table two $doses$.csv" in words
    assert "no doses" in words


def test_the_same_result_gives_the_same_bytes(one, several, tmp_path):
    for name, found in (("one", one), ("several", several)):
        paths = [(tmp_path / f"{name}{i}.png", tmp_path / f"{name}{i}.svg") for i in range(2)]
        for pair in paths:
            save(draw(found), *pair)
        assert paths[0][0].read_bytes() == paths[1][0].read_bytes()
        assert paths[0][1].read_bytes() == paths[1][1].read_bytes()
        assert b"<dc:date>" not in paths[0][1].read_bytes()


def test_the_png_is_fine_enough_for_print(drawn, tmp_path):
    save(drawn, tmp_path / "a.png", tmp_path / "a.svg")
    width, height = struct.unpack(">II", (tmp_path / "a.png").read_bytes()[16:24])
    assert DPI >= 150
    assert (width, height) == (round(7.5 * DPI), round(6.6 * DPI))


def test_pyplot_is_left_alone():
    # in a fresh interpreter: the fitting library loads pyplot for its own figures
    code = (
        "import sys; from ivigsim.report.comparison import Request, compare;"
        " from ivigsim.report.figure import draw; from ivigsim.treatment import Regimen;"
        " found = compare(Request((Regimen.parse('IVIG 1 g/kg'),), patients=4, days=7));"
        " print(len(draw(found).axes) > 0, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "False"]
