# SPDX-License-Identifier: MIT
"""What answers are worth: of probabilities or kinds, by number in the order of dawg_source_name ("unknown" is 0)."""

import numpy as np

import dsp

NAMES = dsp.source_names()


def decided(p: np.ndarray, sure: float) -> np.ndarray:
    """What dawg_source_guess_read answers to probabilities [n, SOURCES]."""
    best = 1 + np.argmax(p[:, 1:], axis=1)
    top = p[np.arange(len(p)), best]
    return np.where((top >= sure) & (top > p[:, 0]), best, 0)


def scores(label: np.ndarray, answer: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each kind."""
    right = np.array([np.sum((label == k) & (answer == k)) for k in range(len(NAMES))])
    said = np.array([np.sum(answer == k) for k in range(len(NAMES))])
    there = np.array([np.sum(label == k) for k in range(len(NAMES))])
    return right / np.maximum(1, said), right / np.maximum(1, there), 2 * right / np.maximum(1, said + there)


def macro_f1(label: np.ndarray, answer: np.ndarray) -> float:
    """Over the nine named kinds."""
    return float(np.mean(scores(label, answer)[2][1:]))


def matrix(label: np.ndarray, answer: np.ndarray) -> list[str]:
    counts = np.zeros((len(NAMES), len(NAMES)), int)
    np.add.at(counts, (label, answer), 1)
    order = [*range(1, len(NAMES)), 0]
    lines = ["| is \\ heard as | " + " | ".join(NAMES[k] for k in order) + " |", "|---|" + "--:|" * len(order)]
    for i in order:
        cells = [f"**{counts[i, k]}**" if i == k else str(counts[i, k] or "") for k in order]
        lines.append(f"| {NAMES[i]} | " + " | ".join(cells) + " |")
    return lines
