# SPDX-License-Identifier: MIT
"""Measures the shipped models and what they have to beat on music that nothing was chosen on, and writes CARD.md:

    python models/auto_eq/evaluate.py [--no-card | --validation]

Baselines are fitted and tuned on the training packages, by leaving out one package after the other. Answers of the models
are those of the ONNX files, joined and shrunk by dawg_curve_vote, as in the product."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import baselines
import card
import degrade
import numpy as np
import rendered
import variants
from baselines import ClassMean, Difference, Examples, Fold, GlobalMean, Linear
from measure import Session, each, interval, per_track, segments, together, wholes

import data
import dsp

FOLDER = dsp.ROOT / "models/onnx"
CARD = Path(__file__).with_name("CARD.md")
FIT, TUNE = 4000, 600  # examples


def examples(music: data.Music, n: int, seed: int) -> Examples:
    """Random mixes of two tracks and single tracks, half each, and single tracks degraded."""
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(music.frames), (n, 2), p=music.chances)
    clean = music.frames[rows[:, 0]].copy()
    clean[: n // 2] = data.mixed(music, rows[: n // 2], rng.dirichlet([1, 1], n // 2))
    curves = degrade.curves(n, seed)
    return Examples(clean, data.degraded(clean, curves), curves)


def folds(music: data.Music) -> tuple[list[Fold], list[Fold]]:
    """(blind, with another part of the song as reference)."""
    blind, match = [], []
    for i, package in enumerate(sorted(set(music.package))):
        out = music.package == package
        fit, heard = examples(music.where(~out), FIT, 50 + i), music.where(out & (music.version == "plain"))
        rng = np.random.default_rng(70 + i)
        rows = rng.choice(len(heard.frames), TUNE, p=heard.chances)
        curves = degrade.curves(TUNE, 90 + i)
        x = data.degraded(heard.frames[rows], curves)
        blind.append(Fold(fit, (x,), data.target(curves)))
        match.append(Fold(fit, (x, heard.frames[heard.another(rows, rng)]), data.target(curves)))
    return blind, match


def fitted() -> dict:
    """The baselines, tuned on the training packages and fitted to all of them."""
    music = data.load("train")
    blind, match = folds(music)
    every = examples(music, FIT, 49)
    kinds = {
        "global mean, full strength": None,
        "global mean, tuned": GlobalMean(),
        "class mean, tuned": ClassMean(),
        "Wiener": Linear(wiener=True),
        "ridge": Linear(wiener=False),
    }
    found = {"do nothing": baselines.nothing}
    for name, kind in kinds.items():
        best = GlobalMean() if kind is None else baselines.tuned(kind, blind)[0]
        found[name] = best.fitted(every)
    found["the original suite's rules"] = baselines.suite_rules
    difference = baselines.tuned(Difference(), match)[0]
    return {"blind": found, "match": {"do nothing": lambda x, r: baselines.nothing(x)} | {
        "spectrum difference": Difference(), "spectrum difference, tuned": difference}}  # fmt: skip


def model(task: str, kind: str) -> Session:
    return Session(FOLDER / f"auto_eq_{task}_{kind}.onnx")


def shipped(task: str) -> str:
    listed = json.loads((FOLDER / "models.json").read_text())["models"]
    return next(
        v["variant"] for m in listed if m["key"] == f"auto_eq_{task}" for v in m["variants"] if v.get("default")
    )


class Answer:
    """One way to answer: frame by frame, and for a whole track."""

    def __init__(self, name: str, frame, whole=None):
        self.name, self.frame = name, frame
        self.whole = whole or (lambda *x: frame(*x).mean(axis=0))


def ways(task: str, tuned: dict) -> list[Answer]:
    found = [Answer(name, f) for name, f in tuned[task].items()]
    full, ship = model(task, "fp32"), model(task, shipped(task))
    found.append(Answer(OURS[0], lambda *x: full(*x)[0], lambda *x: together_plain(full, *x)))
    found.append(Answer(OURS[1], lambda *x: each(full, *x), lambda *x: together(full, *x)))
    found.append(Answer(OURS[2], lambda *x: each(ship, *x), lambda *x: together(ship, *x)))
    return found


def together_plain(session, *x) -> np.ndarray:
    curve, sigma = session(*x)
    return np.average(curve, axis=0, weights=sigma**-2.0)


def row(way: Answer, task: str, cases, tracks, held_out: dict) -> dict:
    """Everything that is measured of one way to answer."""

    def inputs(c, frames):
        return (frames, c.reference) if task == "match" else (frames,)

    error = per_track(data.error_db(way.frame(*inputs(cases, cases.degraded)), cases.wanted), cases.track)
    nothing = per_track(data.error_db(0, cases.wanted), cases.track)
    harm = per_track(data.error_db(way.frame(*inputs(cases, cases.clean)), 0 * cases.wanted), cases.track)
    at = np.array([c.track[0] for c in tracks])
    whole = per_track(np.array([data.error_db(way.whole(*inputs(c, c.degraded)), c.wanted[0]) for c in tracks]), at)
    whole_nothing = per_track(np.array([data.error_db(0, c.wanted[0]) for c in tracks]), at)
    calm = [c for i, c in enumerate(tracks) if i == 0 or c.track[0] != tracks[i - 1].track[0]]
    whole_harm = np.array([data.error_db(way.whole(*inputs(c, c.clean)), 0) for c in calm])
    found = {
        "error": interval(error),
        "ratio": interval(error, nothing),
        "harm": interval(harm),
        "whole": interval(whole),
        "whole_ratio": interval(whole, whole_nothing),
        "whole_harm": interval(whole_harm),
        "errors": error,
    }
    for kind, c in held_out.items():
        e = per_track(data.error_db(way.frame(*inputs(c, c.degraded)), c.wanted), c.track)
        found[kind] = interval(e, per_track(data.error_db(0, c.wanted), c.track))
    return found


OURS = ("ours, fp32, as the net says", "ours, fp32, by confidence", "ours, shipped")


def on_audio(count: int = 6) -> dict:
    """Really filtered sounds: blind errors beside those of the frames alone, matching beside its peers, and what is heard."""
    rng = np.random.default_rng(degrade.SEED + 3)
    blind, match = model("blind", shipped("blind")), model("match", shipped("match"))
    sounds = rendered.sounds(count)
    curves = degrade.curves(2 * len(sounds), degrade.SEED + 3).reshape(len(sounds), 2, -1)
    found = {"frames": [], "audio": [], "heard": [], "heard_nothing": [], "same": [], "other": []}
    for i, s in enumerate(sounds):
        clean = rendered.frames_of(s.here, s.rate)
        here, tone = rendered.frames_of(s.there, s.rate), rendered.tone_of(s.here, s.rate)
        other = sounds[(i + 1 + rng.integers(0, len(sounds) - 1)) % len(sounds)]
        for curve in curves[i]:
            x = rendered.filtered(s.here, s.rate, curve[: data.BANDS])
            heard, wanted = rendered.frames_of(x, s.rate), -curve[data.BANDS :]
            computed = data.degraded(clean, np.repeat(curve[None], len(clean), 0))
            found["frames"].append(data.error_db(blind(computed)[0], wanted).mean())
            found["audio"].append(data.error_db(blind(heard)[0], wanted).mean())
            answer = together(blind, heard)
            mended = rendered.filtered(x, s.rate, answer, degrade.HZ[data.BANDS :])
            found["heard"].append(rendered.heard_difference(s.here, mended, s.rate))
            found["heard_nothing"].append(rendered.heard_difference(s.here, x, s.rate))
            found["same"].append(compared(match, x, heard, s.there, here, s.rate, tone))
            if other.rate == s.rate:
                there = rendered.frames_of(other.here, other.rate)
                goal = data.tone(there).mean(axis=0)
                found["other"].append(compared(match, x, heard, other.here, there, s.rate, goal))
    for name in ("heard", "heard_nothing", "same", "other"):
        found[name] = {k: float(np.mean([row[k] for row in found[name]])) for k in found[name][0]}
    return found | {"sounds": len(sounds), "pairs": len(curves) * 2}


def compared(match, x, heard, reference, there, rate: int, goal: np.ndarray) -> dict:
    """Mean distance of the tone from `goal` after each kind of matching, dB."""
    tone = data.tone(heard).mean(axis=0)
    difference = Difference(strength=1.0)(heard.mean(axis=0, keepdims=True), there.mean(axis=0, keepdims=True))[0]
    found = {
        "do nothing": tone,
        "spectrum difference": rendered.tone_of(rendered.filtered(x, rate, difference, degrade.HZ[data.BANDS :]), rate),
        "libsonare 1.9.1": rendered.tone_of(
            rendered.filtered(x, rate, rendered.libsonare_curve(x, reference, rate), degrade.HZ[data.BANDS :]), rate
        ),
        "Matchering 2.0.6": rendered.tone_of(rendered.matchering(x, reference, rate), rate),
        "ours, shipped": rendered.tone_of(
            rendered.filtered(x, rate, together(match, *rendered.pairs_of(heard, there)), degrade.HZ[data.BANDS :]),
            rate,
        ),
    }
    return {name: rendered.distance_db(t, goal) for name, t in found.items()}


def answers(split: str, tuned: dict) -> dict:
    """Every way to answer on the packages of one split, and the cases."""
    music = data.load(split)
    cases, tracks = segments(music, degrade.SEED), wholes(music, degrade.SEED + 1)
    held_out = {kind: segments(music, degrade.SEED + 2, kind) for kind in degrade.HELD_OUT}
    found = {"tracks": len(set(music.track)), "segments": cases}
    for task in ("blind", "match"):
        found[task] = {way.name: row(way, task, cases, tracks, held_out) for way in ways(task, tuned)}
        print(f"{split}, {task}: measured", flush=True)
    return found


def measured() -> dict:
    tuned = fitted()
    checked, found = answers("validation", tuned), answers("test", tuned)
    found |= {"validation": checked, "mean_db": degrade.mean_db(found["segments"].curves)}
    found["cases"] = len(found["segments"].track)
    for task in ("blind", "match"):
        found[f"{task} variants"] = variants.table(task, found["segments"])
        found[f"{task} shipped"] = shipped(task)
    found["tuned"] = {name: how(kind) for name, kind in (tuned["blind"] | tuned["match"]).items()}
    found["audio"] = on_audio()
    found["run"] = json.loads(model("blind", "fp32").session.get_modelmeta().custom_metadata_map["dawg.run"])
    return found


def how(kind) -> str:
    """The setting that tuning found."""
    keys = getattr(kind, "grid", {})
    return ", ".join(f"{k} {getattr(kind, k):g}" for k in keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-card", action="store_true", help="print only")
    parser.add_argument(
        "--validation", action="store_true", help="the check before the test: on the validation packages only"
    )
    arguments = parser.parse_args()
    if arguments.validation:
        found = answers("validation", fitted())
        print("\n".join([*card.results(found["blind"]), "", *card.results(found["match"])]))
        return
    text = card.text(measured())
    print(text)
    if not arguments.no_card:
        CARD.write_text(text)


if __name__ == "__main__":
    main()
