"""The means test of 低保: from members, facts and parameters to an explained amount (rules.md §4). Pure."""

from domain.means.assess import assess
from domain.means.model import Assessment, Incomplete, Missing, Person
from domain.means.uplift import uplift_changes

__all__ = ["Assessment", "Incomplete", "Missing", "Person", "assess", "uplift_changes"]
