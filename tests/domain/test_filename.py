"""What is kept of a file's name tells the file and nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.filename import masked_file_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("2015年3月农村低保备案表.xlsx", "2015年3月农村低保备案表.xlsx"),
        ("乙县丙镇丁村农村低保花名册（终稿）.xls", "乙县丙镇丁村农村低保花名册(终稿).xls"),
        ("戊街道台账-待更正.xlsx", "戊街道台账-待更正.xlsx"),
        ("张三.csv", "**.csv"),
        ("张三家庭.xlsx", "**家庭.xlsx"),
        ("欧阳明低保资料.xlsx", "***低保**.xlsx"),
        ("李四110101198504020007.xlsx", "********************.xlsx"),
        ("110101-19900307-7715.xlsx", "********************.xlsx"),
        ("１３８-1234-5678.xlsx", "*************.xlsx"),
        ("1101011990 0307771X.xls", "*******************.xls"),
        ("110101 1990.03.07 7715.xls", "**********************.xls"),
        ("6222 0212 3456 7890 123.xls", "***********************.xls"),
        ("2022-2023-2024-2025.xls", "2022-2023-2024-2025.xls"),
        ("123456甲12345678甲1234.xls", "********************.xls"),
        ("2025.01-2025.12低保.xls", "2025.01-2025.12低保.xls"),
        ("20250101-20251231 1.xls", "20250101-20251231 1.xls"),
        ("李镇江.xls", "*镇*.xls"),
        ("张三丰村民.xls", "***村*.xls"),
        ("乙县丙镇李镇江低保.xls", "*县*镇*镇*低保.xls"),
        ("乙县丙镇人民政府2025年.xls", "乙县丙镇人民政府2025年.xls"),
        ("zhangsan.xlsx", "********.xlsx"),
        ("20250301 register-1.CSV", "20250301 register-1.CSV"),
        ("a\nb\u202e.xlsx", "a*b*.xlsx"),
    ],
)
def test_words_of_offices_stay_and_names_do_not(name: str, kept: str) -> None:
    assert masked_file_name(name) == kept


@given(st.text(max_size=200))
def test_masking_again_changes_nothing(name: str) -> None:
    kept = masked_file_name(name)
    assert masked_file_name(kept) == kept
    assert len(kept) <= 80


@given(st.text(alphabet="0123456789Xx-_* ./张镇村甲低保", max_size=120))
def test_masking_numbers_again_changes_nothing(name: str) -> None:
    kept = masked_file_name(name)
    assert masked_file_name(kept) == kept
