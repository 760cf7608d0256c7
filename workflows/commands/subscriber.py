"""Who may know identities, from when to when."""

from datetime import date
from typing import Annotated

import msgspec

from domain.ids import DivisionCode
from domain.subscriber import PublicKey
from workflows.command import Command, command
from workflows.commands.intake import Short, Text

Programmes = Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=20)]


@command(target="office", who=("administrator",))
class AdmitSubscriber(Command, frozen=True, kw_only=True):
    """An office that may know who the pseudonyms of a division's recipients are, on a legal basis, until a day.

    It reads them on `subjects.<name>`, each number sealed to its public key (a JWK: P-256 or X25519).
    """

    division: DivisionCode
    name: Short
    programmes: Programmes
    key: PublicKey
    basis: Text
    until: date | None = None


@command(target="office", who=("administrator",))
class EndSubscriber(Command, frozen=True, kw_only=True):
    """Its right ends now: what it was told of is taken back from its topic."""

    division: DivisionCode
    name: Short
