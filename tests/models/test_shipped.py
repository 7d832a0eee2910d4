# SPDX-License-Identifier: MIT
"""The models that are shipped: every ONNX file is the one that models.json names, was made for today's features and
parameters, and answers stored frames as the trained net did (vectors.npz, written by models/auto_eq/export.py)."""

import hashlib
import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from kit import ROOT
from kit.report import record

sys.path.insert(0, str(ROOT / "models"))
import dsp

FOLDER = ROOT / "models/onnx"
MODELS = json.loads((FOLDER / "models.json").read_text())["models"]
FILES = [(m["key"], v) for m in MODELS for v in m["variants"]]
LARGEST = 2_000_000  # bytes
# largest change of a band's answer against PyTorch, dB: measured on the vectors, rounded up
OFF_DB = {"fp32": 0.001, "fp16": 0.05, "int8_dynamic": 1.0, "int8_qdq": 1.0, "int4": 4.0}
MEAN_OFF_DB = {"fp32": 0.0005, "fp16": 0.01, "int8_dynamic": 0.15, "int8_qdq": 0.2, "int4": 0.8}
each_file = pytest.mark.parametrize("key,variant", FILES, ids=[v["file"] for _, v in FILES])


def session(variant: dict) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(FOLDER / variant["file"], options, providers=["CPUExecutionProvider"])


def vectors(key: str) -> dict:
    return dict(np.load(ROOT / f"tests/models/{key}.npz"))


def test_both_brains_are_there_with_one_quantized_default_each():
    assert {m["key"] for m in MODELS} == {"auto_eq_blind", "auto_eq_match"}
    for m in MODELS:
        default = [v["variant"] for v in m["variants"] if v.get("default")]
        assert len(default) == 1 and default[0].startswith("int"), default
        assert (ROOT / m["card"]).exists()
    listed = {v["file"] for _, v in FILES}
    assert {path.name for path in FOLDER.glob("*.onnx")} == listed


@each_file
def test_the_file_is_the_one_that_was_named(key, variant):
    content = (FOLDER / variant["file"]).read_bytes()
    assert len(content) == variant["bytes"] <= LARGEST
    assert hashlib.sha256(content).hexdigest() == variant["sha256"]


@each_file
def test_the_file_was_made_for_these_features_and_parameters(key, variant):
    model = next(m for m in MODELS if m["key"] == key)
    about = session(variant).get_modelmeta().custom_metadata_map
    assert about["dawg.model"] == key and about["dawg.variant"] == variant["variant"]
    assert about["dawg.version"] == str(model["version"]) and about["dawg.licence"] == "MIT"
    assert about["dawg.features"] == str(model["features"]) == str(dsp.features_version())
    assert json.loads(about["dawg.schema"]) == model["schema"]
    assert model["schema"] == {plugin: dsp.manifest()["schemas"][plugin] for plugin in model["schema"]}


@each_file
def test_the_file_answers_stored_frames_as_the_net_did(key, variant):
    v = vectors(key)
    inputs = {name: v[name] for name in ("features", "goal", "reference") if name in v}
    curve, sigma = session(variant).run(["curve_db", "sigma_db"], inputs)
    for found, wanted in ((curve, v["curve_db"]), (sigma, v["sigma_db"])):
        off = np.abs(found - wanted)
        assert off.max() <= OFF_DB[variant["variant"]] and off.mean() <= MEAN_OFF_DB[variant["variant"]]


@each_file
def test_the_core_answers_as_the_operators_are_defined(key, variant):
    """Row by row, as the core runs: dynamic quantization measures all that it is given together. There the oracle is ONNX's
    reference implementation: onnxruntime's own 8-bit products depend on the processor (sums of two may saturate at 16
    bits where there is no VNNI), by up to 0.2 dB."""
    v = vectors(key)
    inputs = {name: v[name] for name in ("features", "goal", "reference") if name in v}
    is_dynamic = variant["variant"] == "int8_dynamic"
    run = ReferenceEvaluator(onnx.load(FOLDER / variant["file"])).run if is_dynamic else session(variant).run
    net = dsp.Net((FOLDER / variant["file"]).read_bytes())
    found, limit = net.run(inputs), 1e-4
    for i in range(len(v["features"])):
        wanted = run(["curve_db", "sigma_db"], {name: x[i : i + 1] for name, x in inputs.items()})
        for name, answer in zip(("curve_db", "sigma_db"), wanted, strict=True):
            off = np.abs(found[name][i] - answer[0]).max()
            record("IN-1", f"{variant['file']}: core against the reference", off, "dB", f"<= {limit:g}", worst="high")
            assert off <= limit, (name, i)


@each_file
def test_an_answer_does_not_depend_on_its_neighbours(key, variant):
    v = vectors(key)
    run = session(variant).run
    inputs = {name: v[name] for name in ("features", "goal", "reference") if name in v}
    together = run(["curve_db"], inputs)[0]
    alone = np.concatenate(
        [run(["curve_db"], {k: x[i : i + 1] for k, x in inputs.items()})[0] for i in range(len(together))]
    )
    # dynamic quantization measures the batch: a loud neighbour makes steps coarser
    assert np.max(np.abs(together - alone)) <= (1e-4 if variant["variant"] != "int8_dynamic" else 0.5)


@each_file
def test_level_is_no_part_of_question_or_answer(key, variant):
    v = vectors(key)
    run = session(variant).run
    names = dsp.feature_names()
    louder = v["features"].copy()
    levels = [i for i, n in enumerate(names) if n.startswith(("mid_", "side_")) or n.endswith("lufs")]
    louder[:, levels] = np.maximum(louder[:, levels] + 6, -120)
    inputs = {name: v[name] for name in ("features", "goal", "reference") if name in v}
    curve = run(["curve_db"], inputs)[0]
    other = run(["curve_db"], inputs | {"features": louder})[0]
    hz = dsp.erb_centres(32)
    level = (hz >= 67) & (hz <= 13600)
    assert np.max(np.abs(curve[:, level].mean(axis=1))) < 1e-3
    silent = (v["features"] <= -119).any()  # what is at the floor does not get louder
    assert np.max(np.abs(curve - other)) < (0.5 if silent or variant["variant"].startswith("int") else 1e-3)


@pytest.mark.parametrize("variant", [v for k, v in FILES if k == "auto_eq_blind"], ids=lambda v: v["variant"])
def test_a_goal_adds_the_cores_curve(variant):
    v = vectors("auto_eq_blind")
    run = session(variant).run
    hz = dsp.erb_centres(32)
    level = (hz >= 67) & (hz <= 13600)
    plain = run(
        ["curve_db"], {"features": v["features"], "goal": np.eye(5, dtype=np.float32)[[0] * len(v["features"])]}
    )[0]
    for i, goal in enumerate(dsp.TONE_GOALS):
        wish = np.eye(5, dtype=np.float32)[[i] * len(plain)]
        more = run(["curve_db"], {"features": v["features"], "goal": wish})[0] - plain
        wanted = np.array([dsp.tone_goal_db(goal, f) for f in hz])
        assert np.max(np.abs(more - (wanted - wanted[level].mean()))) < 0.01, goal


def test_silence_and_nonsense_give_numbers():
    """No programme may make the answer something that is no number."""
    for key, variant in FILES:
        rows = np.stack([np.full(len(dsp.feature_names()), x, np.float32) for x in (-120.0, 0.0, 60.0)])
        second = np.eye(5, dtype=np.float32)[[0, 1, 2]] if key == "auto_eq_blind" else rows[::-1].copy()
        names = ("features", "goal" if key == "auto_eq_blind" else "reference")
        curve, sigma = session(variant).run(None, dict(zip(names, (rows, second), strict=True)))
        assert np.isfinite(curve).all() and np.isfinite(sigma).all() and np.all(sigma > 0)
