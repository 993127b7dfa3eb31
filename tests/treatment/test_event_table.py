"""Event tables: expansion, polars = pandas = CSV, and what a wrong table is told."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.treatment import doses_from_event_table

ARRAYS = ("target", "time_d", "amount", "duration_d")
FULL = {
    "ID": [1, 1, 2],
    "TIME": [0.0, 7.0, 1.5],
    "AMT": [400.0, 500.0, 1000.0],
    "RATE": [None, 1000.0, 4000.0],
    "DUR": [None, None, 0.25],
    "II": [1.0, None, None],
    "ADDL": [4, None, 0],
    "EVID": [1, None, 1],
    "CMT": ["IVIG", "1", None],
}


def same(one, other):
    assert one.inputs == other.inputs
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_full_table():
    table = doses_from_event_table(pl.DataFrame(FULL), 2)
    np.testing.assert_array_equal(table.time_d, [[0, 1, 2, 3, 4, 7], [1.5] * 6])
    np.testing.assert_array_equal(table.amount, [[400] * 5 + [500], [1000] + [0] * 5])
    np.testing.assert_array_equal(table.duration_d, [[0] * 5 + [0.5], [0.25] + [0] * 5])
    np.testing.assert_array_equal(table.target, np.zeros((2, 6)))


def test_polars_pandas_and_csv_agree(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pl.DataFrame(FULL)
    expected = doses_from_event_table(frame, 2)
    same(doses_from_event_table(pd.DataFrame(FULL), 2), expected)
    same(doses_from_event_table(pd.DataFrame(FULL).convert_dtypes(), 2), expected)
    path = tmp_path / "events.csv"
    frame.write_csv(path)
    same(doses_from_event_table(path, 2), expected)
    frame.write_csv(path, null_value=".")
    same(doses_from_event_table(str(path), 2), expected)


def test_a_splenectomy_and_rituximab_may_stand_in_a_table():
    events = {"TIME": [0.0, 2.0], "AMT": [375.0, 1.0], "II": [7.0, None], "ADDL": [3, None]}
    table = doses_from_event_table(pl.DataFrame(events | {"CMT": ["rituximab", "splenectomy"]}), 1)
    assert [table.inputs[i] for i in table.target[0]] == ["rituximab", "splenectomy", *["rituximab"] * 3]
    assert table.amount.tolist() == [[375.0, 1.0, 375.0, 375.0, 375.0]]


def test_csv_with_byte_order_mark_and_blank_end(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("TIME,AMT\n0,1000\n\n", encoding="utf-8-sig")
    assert doses_from_event_table(path, 1).amount.tolist() == [[1000.0]]


def test_two_columns_are_a_bolus_for_all():
    table = doses_from_event_table(pl.DataFrame({"TIME": [0, 1], "AMT": [1000, 500]}), 50)
    np.testing.assert_array_equal(table.time_d, [[0.0, 1.0]])
    np.testing.assert_array_equal(table.duration_d, [[0.0, 0.0]])


def test_ids_keep_their_first_order():
    frame = pl.DataFrame({"ID": ["b", "a", "b"], "TIME": [0.0, 0.0, 1.0], "AMT": [1.0, 2.0, 3.0]})
    np.testing.assert_array_equal(doses_from_event_table(frame, 2).amount, [[1.0, 3.0], [2.0, 0.0]])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.floats(0, 50), st.floats(1, 500), st.integers(0, 6), st.floats(0.1, 9)
        ),
        min_size=1,
        max_size=12,
    )
)
def test_addl_expands_as_by_hand(rows):
    rows = sorted(rows, key=lambda row: row[1])
    ids = list(dict.fromkeys(row[0] for row in rows))
    columns = zip(*rows, strict=True)
    frame = pl.DataFrame(dict(zip(("ID", "TIME", "AMT", "ADDL", "II"), columns, strict=True)))
    table = doses_from_event_table(frame, len(ids), allow_extreme=True)
    for index, patient in enumerate(ids):
        by_hand = sorted(
            (time + again * every, amount)
            for who, time, amount, more, every in rows
            if who == patient
            for again in range(more + 1)
        )
        given_doses = sorted(
            (time, amount)
            for time, amount in zip(table.time_d[index], table.amount[index], strict=True)
            if amount > 0
        )
        np.testing.assert_array_equal(given_doses, by_hand)
    assert (np.diff(table.time_d, axis=1) >= 0).all()


def wrong(**columns):
    return {"TIME": [0.0, 1.0], "AMT": [1000.0, 1000.0]} | columns


@pytest.mark.parametrize(
    ("columns", "offending", "accepted"),
    [
        ({"TIME": [0.0], "amt": [1.0]}, "'amt'", "(nearest: 'AMT')"),
        ({"Time": [0.0], "AMT": [1.0]}, "'Time'", "(nearest: 'TIME')"),
        (
            {"TIME": [0.0], "AMT": [1.0], "WT": [70.0]},
            "'WT'",
            "ID, TIME, AMT, RATE, DUR, II, ADDL, EVID, CMT",
        ),
        ({"TIME": [0.0]}, "lacks the column 'AMT'", "TIME and AMT are mandatory"),
        ({"TIME": [], "AMT": []}, "no rows", "at least one dose"),
        (wrong(TIME=[0.0, None]), "row 2 has no TIME", "days from 0"),
        (wrong(TIME=[0.0, float("nan")]), "row 2 has no TIME", "days from 0"),
        (wrong(AMT=[None, 1.0]), "row 1 has no AMT", "an amount above 0"),
        (wrong(TIME=[-1.0, 0.0]), "row 1: TIME -1.0", "(nearest: 0)"),
        (wrong(TIME=[0.0, float("inf")]), "row 2: TIME inf", "days from 0"),
        (wrong(TIME=["0", "08:30"]), "row 2: TIME '08:30'", "days from 0"),
        (wrong(TIME=[False, True]), "row 1: TIME False", "days from 0"),
        (
            wrong(TIME=[2.0, 1.0]),
            "row 2: TIME 1 comes after TIME 2 of ID 1",
            "(nearest: 2, or sort the rows)",
        ),
        (wrong(AMT=[1.0, 0.0]), "row 2: AMT 0.0", "an amount above 0"),
        (wrong(AMT=[1.0, -5.0]), "row 2: AMT -5.0", "an amount above 0"),
        (wrong(AMT=["1_0", "1"]), "row 1: AMT '1_0'", "an amount above 0"),
        (wrong(RATE=[-1.0, 0.0]), "row 1: RATE -1.0", "rate or duration from the model"),
        (wrong(RATE=[float("inf"), 0.0]), "row 1: RATE inf", "0 for none"),
        (wrong(RATE=[1e-6, 0.0]), "ends after day 36525", "an earlier end"),
        (wrong(DUR=[0.5, -0.5]), "row 2: DUR -0.5", "days from 0"),
        (wrong(DUR=[1e-9, 1.0]), "an infusion shorter than 1 s", "a longer one"),
        (
            wrong(RATE=[1000.0, 0.0], DUR=[2.0, 0.0]),
            "RATE 1000 and DUR 2 do not agree",
            "(nearest: RATE 500)",
        ),
        (wrong(ADDL=[1, 0]), "row 1: ADDL 1", "an interval II (d) above 0"),
        (wrong(ADDL=[-1, 0], II=[1.0, 1.0]), "row 1: ADDL -1", "a whole number"),
        (wrong(ADDL=[1.5, 0], II=[1.0, 1.0]), "row 1: ADDL 1.5", "a whole number"),
        (wrong(ADDL=[10**6, 0], II=[1.0, 1.0]), "row 1: ADDL 1000000", "from 0 to 9999"),
        (wrong(ADDL=[9999, 9999], II=[1.0, 1.0]), "ID 1 has 20000 doses", "at most 10000"),
        (wrong(II=[1.0, 0.0]), "row 1: II 1.0", "a number of doses in ADDL"),
        (wrong(II=[-1.0, 0.0], ADDL=[1, 0]), "row 1: II -1.0", "days from 0"),
        (wrong(EVID=[1, 0]), "row 2: EVID 0", "an observation"),
        (wrong(EVID=[1, 2]), "row 2: EVID 2", "another event"),
        (wrong(EVID=[3, 1]), "row 1: EVID 3", "a reset of the patient"),
        (wrong(EVID=[1, 4]), "row 2: EVID 4", "a reset and a dose"),
        (wrong(EVID=[1, 9]), "row 2: EVID 9", "1 (a dose)"),
        (wrong(CMT=[1, 99]), "row 2: unknown CMT '99'", "IVIG"),
        (wrong(CMT=["IVIG", "ivig"]), "row 2: unknown CMT 'ivig'", "(nearest: 'IVIG')"),
        (
            wrong(AMT=[1.0, 1.0], CMT=["splenectomy"] * 2),
            "splenectomy once more on day 1",
            "once per patient",
        ),
        (wrong(AMT=[2.0, 1.0], CMT=["splenectomy", "IVIG"]), "splenectomy in part", "the amount 1, at once"),
        (
            wrong(AMT=[1.0, 1.0], DUR=[0.5, 0.0], CMT=["splenectomy", "IVIG"]),
            "splenectomy in part or over time on day 0",
            "the amount 1, at once",
        ),
        (wrong(ID=[1, None]), "row 2: ID None", "in every row, or no ID at all"),
        (wrong(ID=[[1], [2]]), "row 1: ID [1]", "a number or a text"),
        (wrong(ID=[1, 2]), "2 IDs for 5 patients", "1 ID (the same doses for all) or 5"),
        (wrong(AMT=[3000.0, 3000.0]), "event table ID 1 gives 6 g/kg of IVIG", "at most 5 g/kg"),
    ],
)
def test_wrong_table_gets_one_sentence(columns, offending, accepted):
    with pytest.raises(InputError) as error:
        doses_from_event_table(pl.DataFrame(columns, strict=False), 5)
    message = str(error.value)
    assert offending in message
    assert "; accepted: " in message
    assert accepted in message.split("; accepted: ", 1)[1]
    assert "\n" not in message


def test_extreme_counts_per_patient_and_can_be_allowed():
    frame = pl.DataFrame({"ID": [7, 8, 8], "TIME": [0.0, 0.0, 1.0], "AMT": [4000.0, 4000.0, 4000.0]})
    with pytest.raises(InputError, match="ID 8 gives 8 g/kg of IVIG within 28 d"):
        doses_from_event_table(frame, 2)
    doses_from_event_table(frame, 2, allow_extreme=True)
    doses_from_event_table(frame[:2], 2)


def test_rounded_rate_and_duration_agree():
    frame = pl.DataFrame({"TIME": [0.0], "AMT": [1000.0], "RATE": [5760.0], "DUR": [0.1736]})
    assert doses_from_event_table(frame, 1).duration_d.tolist() == [[0.1736]]


def test_doubled_pandas_column():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame([[0.0, 1.0, 2.0]], columns=["TIME", "AMT", "AMT"])
    with pytest.raises(InputError, match="'AMT' occurs twice"):
        doses_from_event_table(frame, 1)


@pytest.mark.parametrize(
    ("content", "offending"),
    [
        (b"", "cannot read"),
        (b"\xff\xfe\x00\x01", "event table column|cannot read"),
        (b"TIME,AMT\n0,1000,3\n", "cannot read"),
        (b"TIME;AMT\n0;1000\n", "event table column 'TIME;AMT' is unknown"),
        (b"TIME,AMT\n\n0,1000\n", "row 1 has no TIME"),
        (b"TIME,AMT\n0,much\n", "row 1: AMT 'much'"),
        (b"TIME,AMT\n", "no rows"),
    ],
)
def test_wrong_file(tmp_path, content, offending):
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=offending) as error:
        doses_from_event_table(path, 1)
    assert "accepted" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_file_names_a_neighbour(tmp_path):
    (tmp_path / "events.csv").write_text("TIME,AMT\n0,1\n")
    with pytest.raises(InputError, match=r"evnts\.csv'; accepted: .*nearest: 'events\.csv'"):
        doses_from_event_table(tmp_path / "evnts.csv", 1)
    for other in (tmp_path, "x" * 5000 + ".csv", "\0.csv"):
        with pytest.raises(InputError, match="cannot open the file"):
            doses_from_event_table(other, 1)


@pytest.mark.parametrize("table", [pl.LazyFrame({"TIME": [0], "AMT": [1]}), {"TIME": [0]}, None, 3])
def test_other_objects_are_refused(table):
    with pytest.raises(InputError, match="is not an event table; accepted: a polars or pandas DataFrame"):
        doses_from_event_table(table, 1)
