"""Another county X beside C, and a household of two with 500.00 of income to begin a move with."""

from domain.ids import DivisionCode
from tests.harness import TrialOffice, person
from tests.workflows.awards import income, living

X = DivisionCode("110198")
X1 = DivisionCode("110198001")
XV = DivisionCode("110198001001")
V21 = DivisionCode("110199002001")
CERTIFICATE = {"sha256": "cd" * 32, "type": "application/pdf", "size": 900}
STAFF_X = {
    "window-x": ("window", X1),
    "handler-x": ("handler", X1),
    "handler2-x": ("handler", X1),
    "leader-x": ("leader", X1),
    "village-x": ("village", XV),
    "centre-x": ("centre", X),
    "chief-x": ("section_chief", X),
    "decider-x": ("decider", X),
}


def staffed(office: TrialOffice) -> None:
    """Desks of X."""
    for staff, (desk, division) in STAFF_X.items():
        office.appoint(staff, desk, division)


def two(office: TrialOffice, **more: str) -> str:
    """A couple with 500.00 a month: 2 × 600.00 − 500.00 = 700.00 from May 2025."""
    members = [person("m1", "1975-01-01", 11, "王强", "02"), person("m2", "1976-01-01", 12, "李梅", "12")]
    return living(office, members, [income("m1", 300_000, "2024-09-01", "2025-02-28")], **more)
