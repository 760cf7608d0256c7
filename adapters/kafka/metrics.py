"""Metrics in Prometheus' text form, and the file that a node exporter collects them from."""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic

Values = dict[str, list[tuple[dict[str, str | int], int]]]
"""Metric → labels and value of each line."""
_EVERY = 5.0


def prometheus_text(begin: str, said: Mapping[str, tuple[str, str]], values: Values) -> str:
    """`begin`: what each name begins with; `said`: kind (gauge | counter) and meaning of each metric."""
    lines = []
    for name, found in values.items():
        kind, meaning = said[name]
        lines += [f"# HELP {begin}{name} {meaning}", f"# TYPE {begin}{name} {kind}"]
        for labels, value in found:
            named = ",".join(f'{key}="{one}"' for key, one in labels.items())
            lines.append(f"{begin}{name}{{{named}}} {value}" if named else f"{begin}{name} {value}")
    return "\n".join(lines) + "\n"


class MetricsFile:
    """Whole at every moment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = monotonic()

    def due(self) -> bool:
        """Whether it is time to write it anew."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + _EVERY
        return True

    def write(self, text: str) -> None:
        partial = self._path.with_name(f"{self._path.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
