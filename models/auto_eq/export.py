# SPDX-License-Identifier: MIT
"""A trained net as ONNX files, one per variant, and models/onnx/models.json, which names them and the default.

    fp32          as trained
    fp16          weights in half precision, cast back when loaded: half the size, the same speed
    int8_dynamic  8-bit weights, activations quantized as they come
    int8_qdq      8-bit weights per channel and 8-bit activations whose ranges were measured
    int4          4-bit weights in blocks of 32 (MatMulNBits)

What turns a frame into few numbers stays in fp32 everywhere: it works on decibels from -120 to 0, where 8 bits are steps
of half a decibel. So do the first and the last layer.
"""

import hashlib
import json
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

import data
import dsp

FOLDER = dsp.ROOT / "models/onnx"
VECTORS = dsp.ROOT / "tests/models"
LICENCE = "MIT"
VERSION = 2
OPSET = 18
TARGETS = ("auto_eq", "surgical_eq", "mastering_eq")
VARIANTS = ("fp32", "fp16", "int8_dynamic", "int8_qdq", "int4")
DEFAULT = "int8_dynamic"  # a quantized one: CARD.md


def inputs_of(task: str) -> tuple[str, str]:
    return ("features", "goal") if task == "blind" else ("features", "reference")


def samples(task: str, music: data.Music, n: int, seed: int) -> list[dict]:
    """Inputs as they come: degraded frames one by one."""
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(music.frames), n, p=music.chances)
    x = data.degraded(music.frames[rows], data.degrade.curves(n, seed))
    goals = np.eye(len(dsp.TONE_GOALS), dtype=np.float32)[np.zeros(n, int)]
    second = goals if task == "blind" else music.frames[music.another(rows, rng)]
    return [dict(zip(inputs_of(task), (x[i : i + 1], second[i : i + 1]), strict=True)) for i in range(n)]


class Reader(CalibrationDataReader):
    def __init__(self, rows: list[dict]):
        self.rows = iter(rows)

    def get_next(self):
        return next(self.rows, None)


def plain(net: torch.nn.Module, task: str, path: Path) -> None:
    width = len(dsp.feature_names())
    second = len(dsp.TONE_GOALS) if task == "blind" else width
    names = inputs_of(task)
    n = torch.export.Dim("n", min=1, max=65536)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net.eval(),
            (torch.zeros(3, width), torch.zeros(3, second)),
            path,
            input_names=names,
            output_names=("curve_db", "sigma_db"),
            dynamic_shapes=({0: n}, {0: n}),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def inner(model: onnx.ModelProto) -> list[str]:
    """The MatMuls of the layers between the first and the last."""
    weights = {w.name: list(w.dims) for w in model.graph.initializer}
    square = [n for n in model.graph.node if n.op_type == "MatMul" and (d := weights.get(n.input[1])) and d[0] == d[1]]
    return [n.name for n in square if weights[n.input[1]][0] >= 64]


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights of MatMuls in half precision with a Cast behind."""
    used = {n.input[1] for n in model.graph.node if n.op_type == "MatMul"}
    for w in [w for w in model.graph.initializer if w.name in used]:
        half = numpy_helper.from_array(numpy_helper.to_array(w).astype(np.float16), w.name + "_fp16")
        cast = onnx.helper.make_node("Cast", [half.name], [w.name], name=w.name + "_cast", to=onnx.TensorProto.FLOAT)
        model.graph.initializer.remove(w)
        model.graph.initializer.append(half)
        model.graph.node.insert(0, cast)
    return model


def variant(kind: str, fp32: Path, path: Path, task: str, music: data.Music) -> None:
    model = onnx.load(fp32)
    layers = inner(model)
    match kind:
        case "fp32":
            pass
        case "fp16":
            onnx.save(halved(model), path)
        case "int8_dynamic":
            quantize_dynamic(fp32, path, nodes_to_quantize=layers, weight_type=QuantType.QInt8, per_channel=True)
        case "int8_qdq":
            quantize_static(
                fp32,
                path,
                Reader(samples(task, music, 512, 11)),
                quant_format=QuantFormat.QDQ,
                nodes_to_quantize=layers,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
            )
        case "int4":
            others = [n.name for n in model.graph.node if n.op_type == "MatMul" and n.name not in layers]
            config = DefaultWeightOnlyQuantConfig(block_size=32, is_symmetric=True)
            quantizer = MatMulNBitsQuantizer(model, nodes_to_exclude=others, algo_config=config)
            quantizer.process()
            quantizer.model.save_model_to_file(str(path))


def schema() -> dict:
    """Hashes over what the target plugins' parameters are."""
    manifest = json.loads((dsp.ROOT / "web/generated/manifest.json").read_text())
    return {key: manifest["schemas"][key] for key in TARGETS}


def feature_version() -> int:
    return json.loads((dsp.ROOT / "web/generated/manifest.json").read_text())["features"]["version"]


def vectors(net: torch.nn.Module, task: str, music: data.Music) -> dict:
    """Frames and what the net says to them, for the tests of the shipped files."""
    rows = samples(task, music, 24, 13)
    inputs = {name: np.concatenate([row[name] for row in rows]) for name in inputs_of(task)}
    if task == "blind":
        inputs["goal"] = np.eye(len(dsp.TONE_GOALS), dtype=np.float32)[np.arange(24) % len(dsp.TONE_GOALS)]
    with torch.no_grad():
        curve, sigma = net(*(torch.from_numpy(x) for x in inputs.values()))
    return inputs | {"curve_db": curve.numpy(), "sigma_db": sigma.numpy()}


def write(net: torch.nn.Module, settings, music: data.Music, provenance: dict) -> None:
    """All variants of one net into models/onnx, and its part of models.json."""
    task, key = settings.task, f"auto_eq_{settings.task}"
    FOLDER.mkdir(exist_ok=True)
    logging.disable(logging.WARNING)  # the exporter and the quantizers are talkative
    listed = []
    fp32 = FOLDER / f"{key}_fp32.onnx"
    plain(net, task, fp32)
    np.savez_compressed(VECTORS / f"{key}.npz", **vectors(net, task, music))
    for kind in VARIANTS:
        path = FOLDER / f"{key}_{kind}.onnx"
        variant(kind, fp32, path, task, music)
        model = onnx.load(path)
        del model.metadata_props[:]
        about = {
            "dawg.model": key,
            "dawg.version": str(VERSION),
            "dawg.variant": kind,
            "dawg.features": str(feature_version()),
            "dawg.schema": json.dumps(schema(), sort_keys=True),
            "dawg.licence": LICENCE,
            "dawg.run": json.dumps(provenance, sort_keys=True),
        }
        onnx.helper.set_model_props(model, about)
        for node in model.graph.node:  # the exporter's stack traces
            del node.metadata_props[:]
        for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
            del value.metadata_props[:]
        model.doc_string = ""
        if kind == "fp32":
            onnx.checker.check_model(model)
        onnx.save(model, path)
        content = path.read_bytes()
        entry = {
            "variant": kind,
            "file": path.name,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        listed.append(entry | ({"default": True} if kind == DEFAULT else {}))
        print(f"{path.name}: {len(content)} bytes")
    index = FOLDER / "models.json"
    models = json.loads(index.read_text())["models"] if index.exists() else []
    mine = {"key": key, "version": VERSION, "variants": listed, "schema": schema(), "features": feature_version()}
    models = [m for m in models if m["key"] != key] + [mine | {"card": "models/auto_eq/CARD.md"}]
    index.write_text(json.dumps({"models": sorted(models, key=lambda m: m["key"])}, indent=2) + "\n")
