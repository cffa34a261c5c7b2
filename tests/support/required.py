"""With `REQUIRE_ALL=1` a run that left a test out fails: green means that every part of the product was tried."""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turns a run that is green but for skipped tests into a failed one, and names them."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("REQUIRE_ALL") or reporter is None or session.exitstatus != pytest.ExitCode.OK:
        return
    skipped = {report.nodeid: report.longrepr for report in reporter.stats.get("skipped", [])}
    for nodeid, why in skipped.items():
        reason = why[-1] if isinstance(why, tuple) else why
        reporter.write_line(f"\nREQUIRE_ALL: {nodeid} did not run: {reason}", red=True)
    if skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
