"""requirements.lock: no addresses, every pin hashed, and exactly what pyproject.toml asks for."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
REMEDY = (
    "run `.venv/bin/uv pip compile --universal --generate-hashes --no-header --no-annotate"
    " pyproject.toml --group dev -o requirements.lock`"
)


def lock_entries() -> dict[str, tuple[Requirement, list[str]]]:
    logical = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    entries = {}
    for line in filter(None, map(str.strip, logical)):
        text, *hashes = re.split(r"\s+--hash=", line)
        pin = Requirement(text)
        entries[canonicalize_name(pin.name)] = (pin, hashes)
    return entries


def asked() -> list[Requirement]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        Requirement(text)
        for text in settings["project"]["dependencies"] + settings["dependency-groups"]["dev"]
    ]


def holds(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def needed(requirements: list[Requirement]) -> Iterator[str]:
    queue, seen = [r for r in requirements if holds(r)], set()
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                children = map(Requirement, metadata.requires(name) or ())
                queue += [child for child in children if holds(child, extra)]
                yield name


def test_the_lock_names_no_address() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if re.search(r"://|^--|--find-links|--index", line)] == []


def test_every_pin_is_exact_and_hashed() -> None:
    for name, (pin, hashes) in lock_entries().items():
        assert [clause.operator for clause in pin.specifier] == ["=="], name
        assert hashes, f"{name} has no hash: {REMEDY}"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), name


def test_each_thing_asked_for_is_pinned_within_its_bounds() -> None:
    entries = lock_entries()
    for requirement in asked():
        name = canonicalize_name(requirement.name)
        assert name in entries, f"{name} is in pyproject.toml and not in the lock: {REMEDY}"
        version = next(iter(entries[name][0].specifier)).version
        assert version in requirement.specifier, f"{name}=={version} is not {requirement.specifier}: {REMEDY}"


def test_the_lock_holds_what_is_needed_and_nothing_else() -> None:
    here = {name for name, (pin, _) in lock_entries().items() if holds(pin)}
    assert set(needed(asked())) == here, REMEDY


def test_what_is_installed_is_what_is_locked() -> None:
    for name, (pin, _) in lock_entries().items():
        if holds(pin):
            assert metadata.version(name) in pin.specifier, f"{name}: run script/setup"
