"""What every test run shares: hypothesis profiles, what runs on one worker, and the closing lines.

A skip names its remedy in its reason; the closing lines list each one; with CI=true a skip fails the run.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "local")


class OneWorkerEach(LoadScopeScheduling):
    """A module stays on one worker, and a folder does whose conftest.py makes something for the whole session.

    So a costly thing is made once and its users needn't be marked. (Marks of `--dist loadgroup` are lost
    under pytest 9.2: pytest-xdist issue 1386.)
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        root = self.config.rootpath
        for folder in (root / module).parents:
            if folder in (root, root / "tests"):
                break
            shared = folder / "conftest.py"
            if shared.exists() and 'scope="session"' in shared.read_text(encoding="utf-8"):
                return str(folder)
        return module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerEach:
    return OneWorkerEach(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only where `-m` asks for them, and as long as they like; any other test that hangs fails."""
    long = [item for item in items if item.get_closest_marker("soak")]
    for item in long:
        item.add_marker(pytest.mark.timeout(0))
    if not config.option.markexpr and long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


def _reports(config: pytest.Config, outcome: str) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get(outcome, []) if reporter else []


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    if IN_CI and session.exitstatus == pytest.ExitCode.OK and _reports(session.config, "skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    skipped = _reports(config, "skipped")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        reporter.write_line(f"skipped {report.nodeid}: {str(reason).removeprefix('Skipped: ')}")
    if skipped and IN_CI:
        reporter.write_line("CI=true: a skip is a failure; do what each asks for.")
    counts = {name: len(_reports(config, name)) for name in ("passed", "failed", "error")}
    failed = counts["failed"] + counts["error"]
    reporter.write_line(f"{counts['passed']} passed, {failed} failed, {len(skipped)} skipped")
