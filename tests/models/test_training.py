# SPDX-License-Identifier: MIT
"""A short training on sounds made here: it learns, an interrupted run goes on to the same weights, and the exported file
answers as the net does. Needs PyTorch (npm run test:models installs it)."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from kit import ROOT

pytest.importorskip("torch", reason="PyTorch is not installed: npm run test:models does")
sys.path.insert(0, str(ROOT / "models/auto_eq"))
import examples
import export
import measure
import torch
import train

import data
import dsp


@pytest.fixture(scope="module")
def music() -> data.Music:
    """Sixteen noises of different colour, two frames each, in two packages."""
    rng, frames = np.random.default_rng(0), []
    for _ in range(16):
        spectrum = rng.standard_normal((2, 44100 * 8 + 1)) + 1j * rng.standard_normal((2, 44100 * 8 + 1))
        hz = np.arange(44100 * 8 + 1) / 16
        x = np.fft.irfft(spectrum * (hz + 20) ** -rng.uniform(0.6, 0.9)).astype(np.float32)
        heard = dsp.Features(44100)
        for part in np.split(0.1 * x / x.std(), [11 * 44100], axis=1):
            heard.process(part)
            frames.append(heard.read())
    packages = np.repeat(["one", "other"], 16)
    names = [str(i) for i in range(16)]
    return data.Music(np.array(frames), np.repeat(np.arange(16), 2), packages, np.repeat(["plain"], 32), names)


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    train.RUNS = examples.RUNS = tmp_path_factory.mktemp("runs")
    return train.Settings(steps=150, batch=128, curves=600, pool=500, fresh=60, cabinets=0.0, width=64, every=50)


@pytest.mark.parametrize("task", ("blind", "match"))
def test_400_steps_undo_a_fifth_of_what_was_done(music, short, task):
    net = train.train(replace(short, task=task, steps=400), music, f"learns_{task}", train.Processes())
    scores = train.scores(replace(short, task=task), net, music, n=300)
    assert scores["net"] < 0.8 * scores["nothing"], scores


def test_two_parts_of_a_song_are_made_unlike_others_by_the_same(music, short):
    """Noise keeps a net from knowing songs by heart; it must not hide what a reference of the same song says."""
    torch.manual_seed(1)
    net, heard = train.Match(replace(short, task="match")), []
    frames = torch.tensor(np.repeat(music.frames[:1], 4000, axis=0))
    net.front.fit(torch.tensor(music.frames), torch.tensor(music.frames))
    net.body.register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0]))
    net.train()(frames, frames)
    n, noise = short.cosines, net.front.dct_noise
    one, difference = heard[0][:, :n] / net.front.dct_scale, heard[0][:, -8 - n : -8] / 0.2
    assert torch.allclose(one.std(dim=0) / noise, torch.ones(n), atol=0.05)
    assert torch.allclose(difference.std(dim=0) / noise, torch.full((n,), 0.1), atol=0.01)
    net.eval()(frames, frames)
    assert heard[1].std(dim=0).max() < 1e-5


def test_an_interrupted_run_ends_with_the_same_weights(music, short):
    whole = train.train(short, music, "whole", train.Processes())
    with pytest.raises(InterruptedError):
        train.train(short, music, "parts", train.Processes(), stop_at=70)
    parts = train.train(short, music, "parts", train.Processes())
    for (name, a), (_, b) in zip(whole.state_dict().items(), parts.state_dict().items(), strict=True):
        assert np.array_equal(a.numpy(), b.numpy()), name


def test_other_settings_start_anew(music, short):
    train.train(replace(short, steps=50), music, "changed", train.Processes())
    other = train.train(replace(short, steps=50, seed=2), music, "changed", train.Processes())
    fresh = train.train(replace(short, steps=50, seed=2), music, "fresh", train.Processes())
    assert all(
        np.array_equal(a, b) for a, b in zip(other.state_dict().values(), fresh.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("task", ("blind", "match"))
def test_the_file_answers_as_the_net(music, short, task, tmp_path, monkeypatch):
    for name in ("FOLDER", "VECTORS"):
        monkeypatch.setattr(export, name, tmp_path)
    s = replace(short, task=task, steps=50)
    net = train.train(s, music, f"exported_{task}", train.Processes())
    export.write(net, s, music, train.provenance(s))
    listed = json.loads((tmp_path / "models.json").read_text())["models"][0]
    assert [v["variant"] for v in listed["variants"]] == list(export.VARIANTS)
    second = np.eye(5, dtype=np.float32) if task == "blind" else music.frames[5:10]
    wanted = train.answer(net, (music.frames[:5], second))
    found = measure.Session(tmp_path / f"auto_eq_{task}_fp32.onnx").session.run(
        None, dict(zip(export.inputs_of(task), (music.frames[:5], second), strict=True))
    )
    for a, b in zip(wanted, found, strict=True):
        assert np.max(np.abs(a - b)) < 1e-3
