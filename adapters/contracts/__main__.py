"""`python -m adapters.contracts [--release]`: what broke since the release; with --release that all is released now."""

import sys
from pathlib import Path

from adapters.contracts.released import broken, release

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--release"]):
        print("usage: python -m adapters.contracts [--release]", file=sys.stderr)
        return 2
    found = broken(ROOT)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        return 1
    if arguments:
        for name in release(ROOT):
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
