"""How far a run is, where no bar can be drawn: a line every half minute."""

import pytest

from ivigsim.trials.progress import Pace, run_progress


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


def test_a_line_every_half_minute(capsys):
    clock = Clock()
    with run_progress(Pace(total=100_000, earlier=50_000, clock=clock)) as counted:
        for clock.now in range(10, 101, 10):
            counted(500, failed=1)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "51,500 of 100,000 patients, 50 patients/s, 16 min 10 s left, 3 failed",
        "53,000 of 100,000 patients, 50 patients/s, 15 min 40 s left, 6 failed",
        "54,500 of 100,000 patients, 50 patients/s, 15 min 10 s left, 9 failed",
    ]


def test_speed_is_that_of_this_process():
    clock = Clock()
    pace = Pace(total=1000, earlier=900, clock=clock)
    assert pace.line() == "900 of 1,000 patients, first chunks under way"
    clock.now = 5.0
    pace.add(50)
    assert pace.per_second == pytest.approx(10)
    assert pace.line().endswith("10 patients/s, 5 s left, 0 failed")


def test_a_terminal_gets_a_bar(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with run_progress(Pace(total=10)) as counted:
        counted(4, failed=0)
    assert "patients" in capsys.readouterr().err
