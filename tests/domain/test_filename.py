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
