"""Numbers as text: what stands beside one another can be told apart, and an interval reads as what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.report.drawing.svg import fixed
from lockgate.experiments.text.comparison import span_of_money
from lockgate.experiments.text.numbers import MOST_DECIMALS, NEAREST, decimals_apart, number
from lockgate.experiments.text.table import table_column
from lockgate.experiments.text.wording import percent_span, signed_percent
from lockgate.sim.model.outcomes import OUTCOMES

SIZES = st.floats(-1000.0, 1000.0, allow_subnormal=False)


@pytest.mark.parametrize("told", [number, fixed])
@given(ends=st.tuples(SIZES, SIZES).map(sorted), decimals=st.integers(0, 2))
def test_ends_of_an_interval_are_told_apart_and_from_0(told, ends, decimals):
    low, high = ends
    shown = decimals_apart(low, high, decimals, told)
    assert decimals <= shown <= max(NEAREST, decimals)
    if high - low > 10.0**-MOST_DECIMALS:
        assert told(low, shown) != told(high, shown)
    near = min(abs(low), abs(high))
    if (low > 0.0 or high < 0.0) and near > 10.0**-NEAREST:
        assert any(digit in told(near, shown) for digit in "123456789")
    if shown > decimals and not (near > 0.0 and (low > 0.0 or high < 0.0)):
        assert told(low, shown - 1) == told(high, shown - 1)  # no more decimals than are needed


def test_a_narrow_interval_reads_as_one_in_every_text():
    share = {"mean": -0.003, "low": -0.00344, "high": -0.00261}
    assert (signed_percent(share), percent_span(share)) == ("-0.30 %", "-0.34 to -0.26")
    around = {"mean": 0.0001, "low": -0.0002, "high": 0.0003}
    assert (signed_percent(around, "low"), signed_percent(around, "high"), percent_span(around)) == ("-0.02 %", "+0.03 %", "-0.02 to 0.03")
    money = {"mean": 2.5e6, "low": 2.501e6, "high": 2.5032e6}
    assert span_of_money(money) == "2.501 to 2.503"
    difference = {"mean": -0.30, "low": -0.34, "high": -0.26}
    days = {"mean": 5.01, "low": 5.004, "high": 5.02, "difference": difference}
    column = table_column(OUTCOMES["release_delay_days"], [days])
    assert column.difference_span(difference, None) == "-0.34 to -0.26"
    assert column.span(days, None) == "5.00 to 5.02"
