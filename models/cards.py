# SPDX-License-Identifier: MIT
"""What every model's card shares."""

import textwrap


def wrapped(lines: list[str]) -> str:
    """Wrapped for reading, tables untouched."""
    return "\n".join(
        line
        if line.startswith(("|", "#", "<"))
        else textwrap.fill(
            line,
            120,
            subsequent_indent="  " if line[:2] == "- " else "",
            break_on_hyphens=False,
            break_long_words=False,
        )
        for line in lines
    )
