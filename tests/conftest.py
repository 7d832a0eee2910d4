# SPDX-License-Identifier: MIT
"""All Python tests: `kit` (tests/kit) is on the path through pyproject.toml; measured values start afresh."""

import os

from kit import report


def pytest_sessionstart(session):
    if "PYTEST_XDIST_WORKER" not in os.environ and not session.config.option.collectonly:
        report.forget()
