"""Tables in files of others: what is read, and what is refused in one line."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from compute.core.refusal import Refused
from compute.samples import frames, table
from compute.samples.points_file import read_points


def written(folder, text: str, name: str = "data.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x,g\n1.5,a\n,b\n-2e3,a\n", "data.csv"),
        ("\ufeffx;g\r\n1,5;a\r\nNA;b\r\n-2e3;a\r\n", "data.csv"),
        ("x\tg\n1,5\ta\n.\tb\n-2000\ta\n\n", "data.tsv"),
        ('"x","g"\n"1.5","a"\n"nan","b"\n" -2000 ","a"\n', "data.txt"),
    ],
)
def test_separators_decimal_commas_and_missing_values(tmp_path, text, name):
    found = table.read(written(tmp_path, text, name))
    np.testing.assert_array_equal(found.numbers("x"), [1.5, np.nan, -2000.0])
    assert found.words("g") == ["a", "b", "a"]
    assert found.is_numeric("x") and not found.is_numeric("g")


def test_arrays_are_columns(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, x=np.array([1.0, np.nan]), n=np.array([3, 4]), g=np.array(["a", "b"]))
    found = table.read(path)
    np.testing.assert_array_equal(found.numbers("n"), [3.0, 4.0])
    assert found.words("g") == ["a", "b"] and not found.is_numeric("g")
    assert np.isnan(found.numbers("x")[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x\nabc\n", "line 2: x must be a number, got 'abc'"),
        ("x,y\n1,2\n3\n", "line 3: there must be 2 entries between commas, got 1"),
        ("x\n1\n<0.5\n", "line 3: x must be a number: censored values are not supported"),
        ('x,y\n"1,5",2\n', "a decimal comma is read only between semicolons or tabs, got '1,5'"),
        ("1.5,2\n3,4\n", "the first line of {path} must name its columns, got ['1.5', '2']"),
        ("x,x\n1,2\n", "the columns of {path} must have different names, got 'x' twice"),
        ("x\n1_000\n", "x must be a number, got '1_000'"),
        ("x\n1e999\n", "line 2: x must be finite, got inf"),
        ("x;y\n1.234,5;1\n", "line 2: x must be a number without signs between thousands"),
        ("x;y\n1,5;1\n1.234;1\n", "line 3: x must have one decimal sign, got '1.234' beside"),
        ("x|y\n1|2\n", "has the columns x|y, got 'x'"),
        ("x\n1 2\n", "x must be a number: columns are separated by commas, semicolons or tabs"),
        ("x\n1\n9007199254740993\n", "line 3: x must be a number that float64 holds exactly"),
        # Python converts at most 4,300 digits
        (f"x\n{'9' * 5000}\n", "x must be a number that float64 holds exactly, as all whole ones"),
        # a pattern that tries all ways to part the digits takes minutes
        (f"x\n{'1' * 130_000}x\n", "line 2: x must be a number, got '1111"),
        (f"x\n{'1' * 120_000}.{'1' * 9_000}e\n", "line 2: x must be a number, got '1111"),
    ],
)
def test_what_is_no_number_is_refused_with_its_line(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(Refused) as problem:
        table.read(path).numbers("x")
    assert words.format(path=path) in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_column_that_is_not_there_is_refused_with_the_names_of_all(tmp_path):
    with pytest.raises(Refused, match="has the columns x, y, got 'z'"):
        table.read(written(tmp_path, "x,y\n1,2\n")).numbers("z")


def test_files_of_other_kinds_and_sizes_are_refused(tmp_path, monkeypatch):
    with pytest.raises(Refused, match=r"must be one of \.csv, \.tsv, \.txt, \.npz"):
        table.read(tmp_path / "data.doc")
    with pytest.raises(Refused, match="text in UTF-8"):
        (tmp_path / "a.csv").write_bytes(b"x\n\xff\xfe\n")
        table.read(tmp_path / "a.csv")
    monkeypatch.setattr(table, "MOST_BYTES", 10)
    with pytest.raises(Refused, match="must have at most 10 bytes, got 25"):
        table.read(written(tmp_path, "x\n" + "1\n" * 11 + "2"))


def test_an_array_of_another_shape_is_refused(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.zeros((2, 2)))
    with pytest.raises(Refused, match=r"x must be numbers or text of shape \(n,\), got float64"):
        table.read(tmp_path / "data.npz")


def test_points_have_the_coordinates_as_columns_or_their_names_in_latin_letters(tmp_path):
    for header in ("μ,σ,label", "mu,sigma,label"):
        found = read_points(written(tmp_path, f"{header}\n0,1,a\n2,3,b\n"), ("μ", "σ"))
        np.testing.assert_array_equal(found.theta, [[0, 1], [2, 3]])
        assert found.labels == ("a", "b")
    assert read_points(written(tmp_path, "a,b\n1,2\n3,4\n"), ("a", "b")).labels == ("1", "2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,σ\n1,2\n", "must have a column μ or mu, got the columns x, σ"),
        ("μ,σ\n1,2\n3,\n", "line 3: σ must be a number, got none"),
        ("μ,σ\n", "must hold from 1 to 100000 points, got 0"),
        ("μ,σ\n1,1\n-1e16,1\n", r"line 3: μ must lie within ±1e\+15, got -1e\+16"),
    ],
)
def test_points_that_are_missing_are_refused(tmp_path, text, words):
    with pytest.raises(Refused, match=words):
        read_points(written(tmp_path, text), ("μ", "σ"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x,n\n\n1,a\n\n\nbad,b\n", 6),
        ('x,n\n1,"a\nb\nc"\nbad,d\n', 5),
        ('x,n\n1,a\nbad,"b\nc"\n', 3),
        ('"x",n\n1,a\n"2,b\n3,c\n', 3),
    ],
)
def test_lines_are_counted_as_an_editor_counts_them(tmp_path, text, line):
    with pytest.raises(Refused, match=rf"data\.csv, line {line}: "):
        table.read(written(tmp_path, text)).numbers("x")


def test_arrays_have_rows_not_lines(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array(["1", "bad"]))
    with pytest.raises(Refused, match=r"data\.npz, row 2: x must be a number"):
        table.read(tmp_path / "data.npz").numbers("x")


@pytest.mark.parametrize("text", ["x\n1\0\n2\n", "x\n1\n2\n\0\0", "x\0\n\x001\0\n\0"])
def test_characters_of_code_0_are_refused(tmp_path, text):
    with pytest.raises(Refused, match="must be text in UTF-8, got a character of code 0"):
        table.read(written(tmp_path, text))


def test_one_long_entry_does_not_widen_all_others(tmp_path):
    rows = "1,a\n" * 2_000 + f"2,{'b' * 20_000}\n"
    found = table.read(written(tmp_path, f"x,g\n{rows}"))
    assert found.columns["x"].nbytes + found.columns["g"].nbytes < 1 << 20
    assert found.numbers("x")[-1] == 2.0 and len(found.words("g")[-1]) == 20_000


def test_a_table_of_too_many_entries_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MOST_ENTRIES", 7)
    assert len(table.read(written(tmp_path, "x,y\n1,2\n3,4\n5,6\n")).numbers("x")) == 3
    with pytest.raises(Refused, match="must have at most 3 rows of 2 entries, got more"):
        table.read(written(tmp_path, "x,y\n1,2\n3,4\n5,6\n7,8\n"))


def test_zeros_before_a_number_do_not_count_as_digits(tmp_path):
    path = written(tmp_path, f"x\n{'0' * 5000}9007199254740992\n{'0' * 5000}\n")
    np.testing.assert_array_equal(table.read(path).numbers("x"), [2.0**53, 0.0])


def test_a_row_of_too_many_separators_is_refused_before_it_is_collected(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MOST_SEPARATORS", 5)
    text = 'x,y,z\n1,2,",,,"\n3,4,"\n,,,"\n' + "5,6,\n" * 4
    assert len(table.read(written(tmp_path, text)).numbers("x")) == 6
    for line, bad in ((1, "x,,,,,,\n1"), (2, "x,y\n,,,,,,\n"), (3, 'x,y\n1,"\n,,,,,"\n')):
        with pytest.raises(Refused, match=f"line {line}: a row must have at most 5 commas, got 6"):
            table.read(written(tmp_path, bad))


def test_longer_floats_beyond_the_range_of_float64_are_refused(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array([1, "1e4000"], np.longdouble))
    with pytest.raises(Refused, match="row 2: x must be finite, got inf"):
        table.read(tmp_path / "data.npz").numbers("x")


def test_a_table_of_too_many_lines_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MOST_LINES", 5)
    assert table.read(written(tmp_path, "x\n1\n\n\n2\n")).numbers("x").tolist() == [1.0, 2.0]
    with pytest.raises(Refused, match="must have at most 5 lines, got 6"):
        table.read(written(tmp_path, "x\n1\n\n\n\n2\n"))


def test_an_archive_with_a_name_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for name, value in (("x", 1.0), ("x.npy", 2.0)):
            content = io.BytesIO()
            np.save(content, np.array([value]))
            archive.writestr(name, content.getvalue())
    with pytest.raises(Refused, match=r"must have different names, got 'x' twice"):
        table.read(tmp_path / "data.npz")


@pytest.mark.parametrize("lengths", [(3, 2, 3), (3, 3, 1), (2, 2, 3)])
def test_arrays_of_different_lengths_are_no_points(tmp_path, lengths):
    mu, sigma, label = (np.ones(n) for n in lengths)
    np.savez(tmp_path / "data.npz", mu=mu, sigma=sigma, label=label)
    with pytest.raises(Refused, match=r"must have the same length, got \["):
        read_points(tmp_path / "data.npz", ("μ", "σ"))


def test_text_of_an_array_beyond_unicode_is_refused(tmp_path):
    np.savez(tmp_path / "data.npz", g=np.array([0x7FFFFFFF, 65], np.uint32).view("<U1"))
    with pytest.raises(Refused, match="must hold text in Unicode, but cannot be read"):
        table.read(tmp_path / "data.npz")
    name = np.array([0x7FFFFFFF], np.uint32).view("<U1")[0:1].reshape(())
    np.savez(tmp_path / "data.npz", theta=np.ones((3, 2)), name=name)
    with pytest.raises(Refused, match="must hold text in Unicode, but cannot be read"):
        table.read(tmp_path / "data.npz")


def test_an_array_of_points_is_read_with_what_stands_beside_it(tmp_path):
    theta = np.array([[0.0, 1.0], [2.0, 3.0]])
    np.savez(tmp_path / "run.npz", theta=theta, step=[0, 5], loss=[np.nan, 0.5], name="run 7")
    found = read_points(tmp_path / "run.npz", ("μ", "σ"))
    np.testing.assert_array_equal(found.theta, theta)
    assert (found.name, found.times, found.losses[1]) == ("run 7", (0.0, 5.0), 0.5)
    np.savez(tmp_path / "run.npz", theta=theta, step=[0, 5, 6])
    with pytest.raises(Refused, match=r"must have the same length, got \[2, 2, 3\]"):
        read_points(tmp_path / "run.npz", ("μ", "σ"))
    np.savez(tmp_path / "run.npz", theta=np.ones((2, 3)))
    with pytest.raises(Refused, match=r"theta must be numbers or text of shape \(n,\), got"):
        read_points(tmp_path / "run.npz", ("μ", "σ"))


def test_names_of_rows_are_labels_and_one_name_is_that_of_all(tmp_path):
    text = "name,mu,sigma\n{},0,1\n{},1,2\n"
    found = read_points(written(tmp_path, text.format("a", "b")), ("μ", "σ"))
    assert (found.labels, found.name) == (("a", "b"), "")
    found = read_points(written(tmp_path, text.format("sgd", "sgd")), ("μ", "σ"))
    assert (found.labels, found.name) == (("1", "2"), "sgd")


@pytest.mark.parametrize("entry", ["1.234,5", "<0.5", "1,234.5", "2", "1,5"])
def test_a_column_of_numbers_that_are_written_otherwise_is_one_of_numbers(tmp_path, entry):
    found = table.read(written(tmp_path, f"x;w\n{entry};a\n3;b\nlow;a\n"))
    assert found.is_numeric("x") and not found.is_numeric("w")


def test_whole_numbers_that_float64_does_not_hold_are_refused_in_arrays(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array([1, 2**53 + 1]), y=np.array([1, 2**60]))
    found = table.read(tmp_path / "data.npz")
    with pytest.raises(Refused, match=r"row 2: x must be .* got '9007199254740993'"):
        found.numbers("x")
    assert found.numbers("y")[1] == 2.0**60
    assert table.read(written(tmp_path, "y\n1152921504606846976\n")).numbers("y") == 2.0**60


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".xlsx"])
def test_other_formats_are_read_by_pandas(tmp_path, suffix):
    path = tmp_path / f"data{suffix}"
    path.write_bytes(b"PK\3\4 nothing")
    try:
        import pandas
    except ImportError:
        with pytest.raises(Refused, match=r"only where pandas is installed: save it as CSV"):
            table.read(path)
        return
    with pytest.raises(Refused, match="must be a table, but cannot be read"):
        table.read(path)
    frame = pandas.DataFrame({"x": [1.5, None, -2000.0], "n": [1, 2, 3], "g": ["a", None, "b"]})
    getattr(frame, f"to_{ {'.xlsx': 'excel'}.get(suffix, suffix[1:]) }")(
        path, **({"index": False} if suffix == ".xlsx" else {})
    )
    found = table.read(path)
    np.testing.assert_array_equal(found.numbers("x"), [1.5, np.nan, -2000.0])
    np.testing.assert_array_equal(found.numbers("n"), [1.0, 2.0, 3.0])
    assert found.words("g")[0] == "a" and not found.is_numeric("g")


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "data.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sheet1.xml", b"0" * 100_000)
    with path.open("rb") as file, pytest.raises(Refused, match="at most 50000 bytes, got 100000"):
        frames.check_unpacked(str(path), file, 50_000)
