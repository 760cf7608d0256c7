"""What every test run shares: hypothesis profiles, groups for parallel runs, and the closing lines.

A skip names its remedy in its reason; the closing lines list each one; with CI=true a skip fails the run.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "local")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a module on one worker, and all that share a costly fixture on one: it is made once.

    A session fixture that is costly is named `shared_…`; what uses it runs in the group of that name.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            names = getattr(item, "fixturenames", ())
            costly = min((name for name in names if name.startswith("shared_")), default=None)
            item.add_marker(pytest.mark.xdist_group(costly or item.nodeid.partition("::")[0]))


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
        reporter.write_line(
            f"skipped {report.nodeid.partition('@')[0]}: {str(reason).removeprefix('Skipped: ')}"
        )
    if skipped and IN_CI:
        reporter.write_line("CI=true: a skip is a failure; do what each asks for.")
    counts = {name: len(_reports(config, name)) for name in ("passed", "failed", "error")}
    failed = counts["failed"] + counts["error"]
    reporter.write_line(f"{counts['passed']} passed, {failed} failed, {len(skipped)} skipped")
