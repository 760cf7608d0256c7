"""A report's figures of dibao divided, so that its place can be played in the suite's time."""

from fractions import Fraction

from adapters.report.grammar import COLUMNS, Figure, of_report, read_figures, shipped_figures

AS_PRINTED = ("standard", "standard_before", "average_supplement", "uplift_min", "uplift_max")


def scaled(report: str, by: int) -> tuple[Figure, ...]:
    """Counts and money a part of what was printed, at a step no coarser; what is of one person stays."""
    rows = []
    for one in of_report(shipped_figures(), report):
        value, step = (one.value / 100, one.step / 100) if one.money else (one.value, one.step)
        if one.measure not in AS_PRINTED:
            step = Fraction(max(step // by, 1))
            value = round(value / by / step) * step
        if one.programme == "dibao":
            cells = (report, "dibao", one.area, one.measure, one.period.text, value, one.unit, step)
            rows.append(",".join(map(str, cells)))
    return read_figures([",".join(COLUMNS), *rows])


def written(figures: tuple[Figure, ...]) -> str:
    """The same as a file has it."""
    rows = []
    for one in figures:
        value, step = (one.value / 100, one.step / 100) if one.money else (one.value, one.step)
        cells = (one.report, *one.key[:3], one.period.text, value, one.unit, step)
        rows.append(",".join(map(str, cells)))
    return "\n".join([",".join(COLUMNS), *rows, ""])
