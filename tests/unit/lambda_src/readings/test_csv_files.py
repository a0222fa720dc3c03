"""Files of readings as people really send them."""

from tests.unit.lambda_src.readings.importer import import_file

HEADER = b"meterId,readAt,kwh,version\n"
ROW = b"m1,2026-03-01T09:30:00Z,0.125,1\n"


def test_each_row_ends_in_one_place() -> None:
    imported = import_file(HEADER + ROW + b"\n" + ROW.replace(b"0.125", b"0.126") + b"m1,now,1,1")

    assert (imported.accepted, imported.rejected, imported.thousandths) == (1, 2, 125)
    assert [reject.line for reject in imported.rejects] == [4, 5]
