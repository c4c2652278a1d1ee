"""Where columns of a table that is stored field by field lie."""

from sim.columns import LINE_BYTES, WORD_BYTES, column_bytes


def test_a_column_is_whole_lines_with_a_word_for_each_row() -> None:
    given = [column_bytes(rows) for rows in (0, 1, 7, 8, 9, 15, 16, 17, 24, 25)]
    assert given == [0, 64, 64, 64, 128, 128, 128, 192, 192, 256]
    for rows in range(200):
        size = column_bytes(rows)
        assert size % LINE_BYTES == 0, rows
        assert rows * WORD_BYTES <= size < rows * WORD_BYTES + LINE_BYTES, rows
