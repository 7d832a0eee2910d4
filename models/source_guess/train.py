# SPDX-License-Identifier: MIT
"""Trains the source guess and writes core/analysis/source_guess_table.h:  python models/source_guess/train.py

Multinomial logistic regression over the C core's features z (scaled, clipped) and their squares, with an L2 penalty;
classes weigh the same however many clips they have. The penalty and the threshold were chosen on the training split
(--validate): by cross-validation over whole instruments, kits, voices and tracks, and by leaving out one whole source of
instruments; never on the test split.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one order of summation

import argparse
import hashlib
import subprocess
from dataclasses import asdict, dataclass

import clips
import numpy as np
from scipy.optimize import minimize
from scoring import decided, scores

import dsp

TABLE = dsp.ROOT / "core/analysis/source_guess_table.h"


@dataclass(frozen=True)
class Settings:
    seed: int = 1  # of the folds
    folds: int = 5
    penalty: float = 10.0
    sure: float = 0.4  # a smaller probability is "unknown"
    clip: float = 4.0  # standard deviations
    seconds: tuple = (2.5, 6.0)  # of each clip: an answer is asked for early, too


def expanded(x: np.ndarray, scale: np.ndarray, clip: float) -> np.ndarray:
    """[..., features] -> [..., 2 features]: z and z^2 by turns, as the table has them."""
    z = np.clip((x - scale[:, 0]) * scale[:, 1], -clip, clip)
    return np.stack([z, z * z], axis=-1).reshape(*z.shape[:-1], -1)


def probabilities(weights: np.ndarray, e: np.ndarray) -> np.ndarray:
    logit = e @ weights[:, 1:].T + weights[:, 0]
    p = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def fitted(e: np.ndarray, label: np.ndarray, penalty: float) -> np.ndarray:
    """e: [n, d] -> weights [classes, 1 + d]."""
    n, d = e.shape
    share = 1.0 / np.bincount(label, minlength=dsp.SOURCES)[label]
    share *= n / share.sum()
    truth = np.eye(dsp.SOURCES)[label]

    def loss(flat):
        w = flat.reshape(dsp.SOURCES, 1 + d)
        p = probabilities(w, e)
        value = -np.sum(share * np.log(p[np.arange(n), label] + 1e-12)) + 0.5 * penalty * np.sum(w[:, 1:] ** 2)
        slope = (p - truth) * share[:, None]
        return value, np.column_stack([slope.sum(axis=0), slope.T @ e + penalty * w[:, 1:]]).ravel()

    start = np.zeros(dsp.SOURCES * (1 + d))
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 600}).x.reshape(dsp.SOURCES, 1 + d)


SOURCES = ("timgm6mb-soundfont", "opl3-soundfont", "lmms-common")  # of instruments, for training


def validate(s: Settings, x: np.ndarray, label: np.ndarray, scale: np.ndarray, train: list[dict]) -> None:
    e = expanded(x, scale, s.clip)
    # the same General MIDI program of two soundfonts is one instrument
    instruments = np.array([clip["group"].split("soundfont ")[-1] for clip in train])
    names = np.unique(instruments)
    fold = dict(zip(names, np.random.default_rng(s.seed).permutation(len(names)) % s.folds, strict=True))
    fold = np.array([fold[name] for name in instruments])
    sources = np.array([clip["source"] for clip in train])

    def heard_out(out: np.ndarray, penalty: float) -> np.ndarray:
        w = fitted(e[~out].reshape(-1, e.shape[-1]), np.repeat(label[~out], x.shape[1]), penalty)
        return probabilities(w, e[out][:, -1])

    for penalty in (3.0, 10.0, 30.0):
        p = np.zeros((len(x), dsp.SOURCES))
        for k in range(s.folds):
            p[fold == k] = heard_out(fold == k, penalty)
        scores = ", ".join(f"{scores(label, decided(p, sure))[2][1:].mean():.3f} at {sure}" for sure in (0.3, 0.4, 0.5))
        print(f"penalty {penalty:g}: macro-F1 on unseen instruments {scores}", flush=True)
        for source in SOURCES:
            out = sources == source
            p, kinds = heard_out(out, penalty), [k for k in np.unique(label[out]) if k]
            scores = ", ".join(
                f"{scores(label[out], decided(p, sure))[2][kinds].mean():.3f} at {sure}" for sure in (0.3, 0.4, 0.5)
            )
            print(f"  without {source}: on it {scores}", flush=True)


def number(v: float) -> str:
    text = f"{v:.5g}"
    return (text if "." in text or "e" in text else text + ".0") + "f"


def table(s: Settings, scale: np.ndarray, weights: np.ndarray, data: str, commit: str) -> str:
    names = dsp.source_names()
    scales = [f"    {{{number(a)}, {number(b)}}}," for a, b in scale]
    rows = ["    {" + ", ".join(number(v) for v in row) + f"}}, /* {names[i]} */" for i, row in enumerate(weights)]
    return "\n".join(
        [
            "/* SPDX-License-Identifier: MIT",
            " * source_guess_table.h - the weights of source_guess.c. Made by models/source_guess/train.py: do not edit.",
            f" * {asdict(s)}",
            f" * clips {data}, on commit {commit} */",
            "#ifndef DAWG_SOURCE_GUESS_TABLE_H",
            "#define DAWG_SOURCE_GUESS_TABLE_H",
            '#include "source_guess.h"',
            "",
            f"#define SOURCE_CLIP {number(s.clip)} /* largest |z| */",
            f"#define SOURCE_SURE {number(s.sure)} /* probability below which nothing is named */",
            "",
            "/* z = (feature - first) * second, in the order of source_features.h. */",
            "static const float source_scale[DAWG_SOURCE_FEATURES][2] = {",
            *scales,
            "};",
            "/* A kind's logit = first + sum over the features of (next z + next z^2). */",
            "static const float source_weights[DAWG_SOURCES][1 + 2 * DAWG_SOURCE_FEATURES] = {",
            *rows,
            "};",
            "#endif",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--validate", action="store_true", help="cross-validate penalties and thresholds; write nothing"
    )
    arguments = parser.parse_args()
    s = Settings()
    clips.prepare()
    train = clips.index("train")
    x = clips.heard(train, s.seconds)
    label = np.array([dsp.source_names().index(clip["label"]) for clip in train])
    flat = x.reshape(-1, x.shape[-1]).astype(np.float64)
    scale = np.column_stack([np.median(flat, axis=0), 1 / (np.std(flat, axis=0) + 1e-9)])
    scale = np.array([[float(f"{v:.5g}") for v in row] for row in scale])
    if arguments.validate:
        return validate(s, x, label, scale, train)
    weights = fitted(expanded(flat, scale, s.clip), np.repeat(label, x.shape[1]), s.penalty)
    data = hashlib.sha256("".join(clips.recipes()).encode()).hexdigest()[:12]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=dsp.ROOT, capture_output=True, text=True)
    TABLE.write_text(table(s, scale, weights, data, commit.stdout.strip()))
    subprocess.run(["clang-format-19", "-i", TABLE], check=True)
    print(f"{TABLE.relative_to(dsp.ROOT)} is written from {len(train)} clips; build, then run evaluate.py")


if __name__ == "__main__":
    main()
