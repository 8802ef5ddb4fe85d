"""Numbers and dates: worked examples, and Chinese numerals against an oracle that writes them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.numerals import chinese_numeral, chinese_value, find_dates, numbers, other_forms, years

DIGITS = "零一二三四五六七八九"


def _below_ten_thousand(value):
    """Write 1 to 9999 as a Chinese numeral, with 零 for a gap inside it."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
        gap = not digit if text else False
    return text


def write(value):
    """Write a whole number from 1 to 10^16 - 1 as a Chinese numeral, as a schoolbook does."""
    if value >= 10**8:
        rest = value % 10**8
        link = "零" if rest and rest < 10**7 else ""
        return write(value // 10**8) + "亿" + link + (write(rest) if rest else "")
    if value >= 10**4:
        rest = value % 10**4
        link = "零" if rest and rest < 1000 else ""
        return _below_ten_thousand(value // 10**4) + "万" + link + (_below_ten_thousand(rest) if rest else "")
    return _below_ten_thousand(value)


@pytest.mark.parametrize(
    ("value", "numeral"),
    [
        (15, "一十五"),
        (105, "一百零五"),
        (1_0008_0000, "一亿零八万"),
        (130_000_000, "一亿三千万"),
        (35_000, "三万五千"),
    ],
)
def test_the_oracle_writes_as_a_schoolbook_does(value, numeral):
    assert write(value) == numeral


@given(st.integers(1, 10**12 - 1))
def test_written_numerals_are_read_back(value):
    numeral = write(value)
    assert chinese_value(numeral) == value
    (found,) = numbers(f"共{numeral}家企业")
    assert (found.value, found.unit) == (value, "家")


@given(st.integers(1000, 9999))
def test_years_are_read_digit_by_digit(year):
    assert chinese_value("".join(DIGITS[int(c)] for c in str(year)).replace("零", "〇")) == year


@given(st.integers(1, 10**9), st.integers(0, 99))
def test_digits_with_and_without_separators(whole, fraction):
    for text in (f"{whole}.{fraction:02}", f"{whole:,}.{fraction:02}"):
        (found,) = numbers(f"约{text}亿元")
        assert found.value == (whole + Decimal(fraction) / 100) * 10**8
        assert found.unit == "元"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("规模增加至8000亿元", [("800000000000", "元", "8000亿元")]),
        ("占比达到26.3％", [("26.3", "%", "26.3％")]),
        ("超1.5万家", [("15000", "家", "1.5万家")]),
        ("三万五千人", [("35000", "人", "三万五千人")]),
        ("一亿三千万元", [("130000000", "元", "一亿三千万元")]),
        ("三千多万人", [("30000000", "人", "三千多万人")]),
        ("10多万家", [("100000", "家", "10多万家")]),
        ("百分之三点五", [("3.5", "%", "百分之三点五")]),
        ("两千二百家", [("2200", "家", "两千二百家")]),
        ("2025,2026两年", [("2025", "", "2025"), ("2026", "", "2026"), ("2", "年", "两年")]),
        ("6类示范区、四方面原则", [("6", "类", "6类"), ("4", "方面", "四方面")]),
        ("下降0.5个百分点", [("0.5", "个百分点", "0.5个百分点")]),
        ("一起推进，万众一心，千方百计", []),
        ("“十五五”时期", []),
        ("第三方、第一版", []),
    ],
)
def test_numbers_of_a_sentence(text, expected):
    found = [(f"{n.value:f}", n.unit, text[n.span.start : n.span.end]) for n in numbers(text)]
    assert found == expected


@pytest.mark.parametrize("text", ["", "甲", "点五", "3"])
def test_what_is_no_chinese_numeral(text):
    with pytest.raises(ValueError, match="not a Chinese numeral"):
        chinese_value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年12月29日 星期一", [("2025-12-29", "2025年12月29日")]),
        ("来源:经济日报2026-01-06 09:14", [("2026-01-06", "2026-01-06")]),
        ("２０２６／1／6，2026.1.16", [("2026-01-06", "２０２６／1／6"), ("2026-01-16", "2026.1.16")]),
        ("3月5日，2026年1月", []),
        ("2026年13月1日，2026年1月32日", []),
    ],
)
def test_dates(text, expected):
    assert [(day, text[span.start : span.end]) for day, span in find_dates(text)] == expected


def test_years():
    assert years("2020-2024年间，到２０３０年，投入2035亿元") == {2020, 2024, 2030}


def forms(text):
    return {text[span.start : span.end]: set(found) for span, found in other_forms(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("认定500个示范区", {"500个": {"五百个"}}),
        ("认定五百个示范区", {"五百个": {"500个"}}),
        ("200家，2个", {"200家": {"二百家", "两百家"}, "2个": {"两个"}}),
        ("1.5万家", {"1.5万家": {"15000家", "一万五千家"}}),
        ("八千亿元", {"八千亿元": {"8000亿元"}}),
        ("增长百分之三", {"百分之三": {"3%"}}),
        ("占３０％", {"３０％": {"百分之三十", "三成", "3成"}}),
        ("两成", {"两成": {"20%", "百分之二十", "2成"}}),
        ("26.3%", {"26.3%": {"百分之二十六点三"}}),
        ("二〇二六年", {"二〇二六年": {"2026年"}}),
        ("2026年12月", {"2026年": {"二〇二六年"}, "12月": {"十二月"}}),
        ("第五十四条和第3条", {"第五十四": {"第54"}, "3条": {"三条"}}),
        ("一个，1家，500，十四五期间，积分制2.0", {}),
    ],
)
def test_other_forms_of_a_number(text, expected):
    assert forms(text) == expected


@given(st.integers(0, 10**16 - 1))
def test_a_chinese_numeral_is_read_back(value):
    assert chinese_value(chinese_numeral(value)) == value


@pytest.mark.parametrize("value", [-1, 10**16])
def test_no_chinese_numeral_for(value):
    with pytest.raises(ValueError, match="not written in Chinese numerals"):
        chinese_numeral(value)


@given(st.integers(2, 10**9), st.sampled_from(["个", "家", "亿元", "%", "年", "倍"]))
def test_every_form_of_a_number_says_the_same(value, unit):
    for _, found in other_forms(f"{value}{unit}"):
        (number,) = numbers(f"{value}{unit}")
        for form in found:
            (again,) = numbers(form)
            tenths = 10 if again.unit == "成" and unit == "%" else 1
            assert again.value * tenths == number.value


@pytest.mark.parametrize("text", ["十四五期间", "三四十家", "十五五年"])
def test_digits_run_together_are_no_number(text):
    assert numbers(text) == []
