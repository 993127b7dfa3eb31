"""`ivigsim calibrate` on the command line: wrong input is one sentence, and nothing is written."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--members", "2"], "members is 2; accepted"),
        (["--chain", "5"], "chain is 5; accepted"),
        (["--hold", "dimer_blokade=1"], "nearest: 'dimer_blockade'"),
        (["--hold", "dimer_blockade"], "has no value; accepted: NAME=VALUE"),
        (["--hold", "dimer_blockade=-1"], "has no value; accepted: NAME=VALUE"),
        (["--write", "nowhere"], "holds no ivigsim package"),
    ],
)
def test_wrong_input(ivigsim, tmp_path, arguments, message):
    run = ivigsim("calibrate", "--out", str(tmp_path / "out"), *arguments)
    assert run.code == 2
    assert message in " ".join(run.err.split())
    assert "Traceback" not in run.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(ivigsim, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    run = ivigsim("calibrate", "--out", str(tmp_path))
    assert run.code == 2
    assert "is not empty" in " ".join(run.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
