# SPDX-License-Identifier: MIT
"""Trains auto_eq_blind and auto_eq_match (CPU is enough):

    python models/auto_eq/train.py blind                  trains on all training packages, then exports (export.py)
    python models/auto_eq/train.py blind --leave-out      leaves out one package after the other and prints the errors
    torchrun --nproc-per-node 2 models/auto_eq/train.py blind     the same with two processes (gloo)

blind: a frame -> the curve that undoes what was done to the track. match: a frame and a frame of a reference -> the curve
that brings the one's tone to the other's. Both answer with a mean and a standard deviation per band.

What a net sees of a frame is few numbers, because there are few tracks: the cosine transform of the level-free spectrum,
and principal components of what an equalizer leaves alone (how bands spread around their mean, the sides, crest, onsets,
correlation). It is kept from knowing the tracks by heart with random mixes of several, a random noise floor, and noise on
its inputs. Runs are seeded, kept in build/data/auto_eq/<name>, and go on where they were interrupted.
"""

import argparse
import hashlib
import json
import math
import time
from dataclasses import asdict, replace
from datetime import timedelta

import degrade
import export
import numpy as np
import torch
import torch.distributed as dist
from examples import Examples
from settings import USUAL, Settings
from torch import nn

import data
import dsp
from cosines import cosines

RUNS = dsp.ROOT / "build/data/auto_eq"
BANDS, WIDE = degrade.BANDS, degrade.WIDE


class Front(nn.Module):
    """A raw frame -> the few numbers that a net sees."""

    DEEP_DB = 80.0  # under the loudest band: nothing

    def __init__(self, s: Settings):
        super().__init__()
        names = dsp.feature_names()
        rest = [
            i
            for i, name in enumerate(names)
            if i >= 8 * BANDS and name.startswith(("range_lu", "crest", "onsets", "correlation"))
        ]
        counts = torch.tensor(degrade.COUNTS[0], dtype=torch.float32)
        wide = 5 * BANDS + len(rest)
        self.noise_db, self.spread, self.noise = s.noise_db, s.spread, s.noise
        self.rest = (rest[0], rest[-1] + 1)
        assert rest == list(range(*self.rest)), "the scalars that an equalizer leaves alone follow one another"
        self.register_buffer("counts", (counts / counts.sum())[:, None])
        self.register_buffer("dct", torch.tensor(cosines(s.cosines, BANDS), dtype=torch.float32))
        self.register_buffer("dct_noise", torch.ones(s.cosines))
        self.register_buffer("dct_scale", torch.ones(s.cosines))
        self.register_buffer("wide_mean", torch.zeros(wide))
        self.register_buffer("wide_scale", torch.ones(wide))
        self.register_buffer("axes", torch.zeros(wide, s.components))

    def spectrum(self, x):
        """[n, 64] dB, without level."""
        mid = x[:, :BANDS]
        mid = torch.maximum(mid, mid.amax(dim=1, keepdim=True) - self.DEEP_DB)
        return mid - mid @ self.counts

    def wide(self, x):
        """[n, wide]: what an equalizer leaves alone."""
        mid, floor = x[:, :BANDS], x[:, :BANDS].amax(dim=1, keepdim=True) - self.DEEP_DB
        mean = torch.maximum(mid, floor)
        parts = [torch.maximum(x[:, k * BANDS : (k + 1) * BANDS], floor) - mean for k in (1, 2, 3)]
        side = torch.clamp(torch.maximum(x[:, 4 * BANDS : 5 * BANDS], floor - 20) - mean, -40.0, 12.0)
        spread = torch.maximum(x[:, 7 * BANDS : 8 * BANDS], floor) - torch.maximum(x[:, 4 * BANDS : 5 * BANDS], floor)
        return torch.cat(
            [*(torch.clamp(p, -40.0, 20.0) for p in parts), side, spread, x[:, self.rest[0] : self.rest[1]]], 1
        )

    def fit(self, x, degraded):
        """Scales and axes from examples, untouched and degraded."""
        natural, variance = ((self.spectrum(f) @ self.dct).var(dim=0) for f in (x, degraded))
        self.dct_noise.copy_((self.noise_db**2 + self.spread**2 * natural).sqrt())
        self.dct_scale.copy_((variance + self.dct_noise**2) ** -0.5)
        wide = self.wide(x)
        self.wide_mean.copy_(wide.mean(dim=0))
        scale = 1 / (wide.std(dim=0) + 0.5)
        group = torch.ones(wide.shape[1])
        group[: 5 * BANDS] = BANDS**-0.5 * 2  # a band is not worth as much as a scalar
        self.wide_scale.copy_(scale * group)
        z = (wide - self.wide_mean) * self.wide_scale
        values, vectors = torch.linalg.eigh(z.T @ z / len(z))
        n = self.axes.shape[1]
        self.axes.copy_(vectors[:, -n:].flip(1) / values[-n:].flip(0).sqrt())

    def unlike(self, x, share: float = 1.0) -> list:
        """What makes songs unlike those that were heard, in training: dB on the cosines, and on the rest."""
        if not self.training:
            return []
        rest = torch.randn(len(x), self.axes.shape[1])
        return [(share * self.dct_noise * torch.randn(len(x), len(self.dct_noise)), share * self.noise * rest)]

    def forward(self, x, *unlike):
        spectrum = self.spectrum(x) @ self.dct
        rest = ((self.wide(x) - self.wide_mean) * self.wide_scale) @ self.axes
        for on_spectrum, on_rest in unlike:
            spectrum, rest = spectrum + on_spectrum, rest + on_rest
        return torch.cat([spectrum * self.dct_scale, rest], dim=1)


class Dense(nn.Module):
    """x W + b as a MatMul and an Add, which every quantizer knows."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        usual = nn.Linear(inputs, outputs)
        self.weight, self.bias = nn.Parameter(usual.weight.detach().T.contiguous()), nn.Parameter(usual.bias.detach())

    def forward(self, x):
        return x @ self.weight + self.bias


class Body(nn.Module):
    """The few numbers -> mean and standard deviation of the 32 bands, without level."""

    def __init__(self, s: Settings, inputs: int):
        super().__init__()
        self.layers = nn.Sequential(
            Dense(inputs, s.width), nn.ReLU(), nn.Dropout(s.drop),
            Dense(s.width, s.width), nn.ReLU(), nn.Dropout(s.drop),
            Dense(s.width, s.width), nn.ReLU(), nn.Dropout(s.drop),
        )  # fmt: skip
        self.out = Dense(s.width, s.cosines + WIDE)
        nn.init.constant_(self.out.bias[s.cosines :], math.log(3.0))  # dB, to begin with
        self.skip = nn.Parameter(torch.zeros(inputs, s.cosines))
        counts = torch.tensor(degrade.COUNTS[1], dtype=torch.float32)
        self.register_buffer("counts", (counts / counts.sum())[:, None])
        self.register_buffer("back", torch.tensor(cosines(s.cosines, WIDE).T.copy(), dtype=torch.float32))

    def forward(self, z):
        y = self.out(self.layers(z))
        n = self.back.shape[0]
        curve = (y[:, :n] + z @ self.skip) @ self.back
        sigma = torch.exp(torch.clamp(y[:, n:], -1.6, 2.8))  # 0.2 to 16 dB
        return curve - curve @ self.counts, sigma


class Blind(nn.Module):
    def __init__(self, s: Settings):
        super().__init__()
        self.front, self.body = Front(s), Body(s, s.cosines + s.components)
        self.register_buffer("goals", torch.tensor(data.goal_table()))

    def forward(self, features, goal):
        with torch.no_grad():  # nothing in front learns by gradients
            z = self.front(features, *self.front.unlike(features))
        curve, sigma = self.body(z)
        return curve + goal @ self.goals, sigma


class Match(nn.Module):
    OWN = 0.1  # of the noise

    def __init__(self, s: Settings):
        super().__init__()
        self.front = Front(s)
        self.body = Body(s, 2 * (s.cosines + s.components) + s.cosines + 8)

    def forward(self, features, reference):
        with torch.no_grad():  # two parts of a song are unlike others by the same, and hardly by themselves
            song, part = self.front.unlike(features), self.front.unlike(features, self.OWN)
            a, b = self.front(features, *song), self.front(reference, *song, *part)
        n = self.front.dct.shape[1]
        d = (b[:, :n] - a[:, :n]) / self.front.dct_scale  # dB
        rough = torch.log(torch.mean(d[:, n // 2 :].reshape(-1, 8, n // 16) ** 2, dim=2) + 0.01)  # small: the same song
        return self.body(torch.cat([a, b, 0.2 * d, rough], dim=1))


# ---- the run


def loss(curve, sigma, wanted, s: Settings):
    """(what is minimized, mean error in dB of the bands that count). The outer bands are trained like the others, so that
    the curve goes on where nothing is measured."""
    e = curve - wanted
    nll = torch.mean(torch.log(sigma) + 0.5 * (e / sigma) ** 2)
    return nll + s.absolute * e.abs().mean(), e[:, torch.tensor(degrade.COUNTS[1])].abs().mean()


class Processes:
    """One, or those that torchrun started."""

    def __init__(self):
        self.rank, self.count = data.prepare.share()
        if self.count > 1:
            dist.init_process_group("gloo", timeout=timedelta(hours=6))  # one waits for what another renders

    def wait(self) -> None:
        """For the others."""
        if self.count > 1:
            dist.barrier()

    def by_turns(self, make):
        """What is kept in files is made by the first process, and read by the others."""
        found = make() if self.rank == 0 else None
        self.wait()
        return make() if found is None else found

    def average(self, net: nn.Module) -> None:
        """The gradients."""
        if self.count == 1:
            return
        flat = torch.cat([p.grad.reshape(-1) for p in net.parameters()])
        dist.all_reduce(flat)
        at = 0
        for p in net.parameters():
            p.grad.copy_(flat[at : at + p.numel()].view_as(p) / self.count)
            at += p.numel()


def train(s: Settings, music: data.Music, name: str, processes: Processes, stop_at: int | None = None) -> nn.Module:
    """The averaged net. `stop_at`: is interrupted there, for tests."""
    torch.set_num_threads(1)
    folder = RUNS / name
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(s.seed)
    net = {"blind": Blind, "match": Match}[s.task](s)
    examples, rng = processes.by_turns(lambda: Examples(s, music)), np.random.default_rng([s.seed, 0])
    first = examples.at(0).draw(6000, rng)[0][0]
    net.front.fit(torch.tensor(music.frames[rng.choice(len(music.frames), 6000, p=music.chances)]), torch.tensor(first))
    optimizer = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=s.decay)
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(s.average), use_buffers=False
    )
    at, kept = 0, folder / "checkpoint.pt"
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        if state["settings"] == json.dumps(asdict(s)):
            net.load_state_dict(state["net"])
            averaged.load_state_dict(state["averaged"])
            optimizer.load_state_dict(state["optimizer"])
            at = state["step"]
    log = folder / f"loss{processes.rank}.jsonl"
    if not at:
        log.unlink(missing_ok=True)
    began, sums = time.time(), []
    net.train()
    while at < s.steps:
        if at == stop_at:
            raise InterruptedError(f"{name} stopped at step {at}")
        rng = np.random.default_rng([s.seed, at + 1, processes.rank])
        torch.manual_seed(hash((s.seed, at, processes.rank)) % 2**31)
        for group in optimizer.param_groups:
            group["lr"] = s.rate * min(1.0, at / 200) * 0.5 * (1 + math.cos(math.pi * at / s.steps))
        inputs, wanted = examples.at(at).draw(s.batch // processes.count, rng)
        value, error = loss(*net(*map(torch.from_numpy, inputs)), torch.from_numpy(wanted), s)
        optimizer.zero_grad()
        value.backward()
        processes.average(net)
        optimizer.step()
        averaged.update_parameters(net)
        at += 1
        sums.append((value.item(), error.item()))
        if at % 100 == 0:
            mean = np.mean(sums, axis=0).round(4).tolist()
            with log.open("a") as file:
                file.write(json.dumps({"step": at, "loss": mean[0], "error_db": mean[1]}) + "\n")
            sums = []
        if processes.rank == 0 and (at % s.every == 0 or at == s.steps):
            state = {"net": net.state_dict(), "averaged": averaged.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state | {"step": at, "settings": json.dumps(asdict(s))}, folder / "checkpoint.part")
            (folder / "checkpoint.part").rename(kept)
            print(f"{name}: step {at}, {error.item():.2f} dB, {time.time() - began:.0f} s", flush=True)
    if processes.rank == 0:
        (folder / "run.json").write_text(json.dumps(provenance(s), indent=2) + "\n")
    return averaged.module.eval()


def provenance(s: Settings) -> dict:
    """What a run is known by: its settings and the engine's parameters."""
    manifest = (dsp.ROOT / "web/generated/manifest.json").read_bytes()
    return {"settings": asdict(s), "manifest": hashlib.sha256(manifest).hexdigest()}


# ---- what it is worth on tracks that it has not heard


def answer(net: nn.Module, inputs) -> tuple[np.ndarray, np.ndarray]:
    with torch.no_grad():
        return tuple(y.numpy() for y in net(*map(torch.from_numpy, inputs)))


def scores(s: Settings, net: nn.Module, music: data.Music, seed: int = 7, n: int = 1500) -> dict:
    """Errors in dB on plain, undisturbed frames of `music`: (do nothing, net, harm on untouched frames, per whole track)."""
    rng = np.random.default_rng(seed)
    music = music.plain()
    curves = degrade.curves(n, seed)
    rows = rng.choice(len(music.frames), n, p=music.chances)
    frames, others = music.frames[rows], music.frames[music.another(rows[:, None], rng)[:, 0]]
    second = np.eye(len(dsp.TONE_GOALS), dtype=np.float32)[np.zeros(n, int)] if s.task == "blind" else others
    curve, sigma = answer(net, (data.degraded(frames, curves), second))
    wanted = data.target(curves)
    quiet, quiet_sigma = answer(net, (frames, second))
    found = {
        "nothing": data.error_db(0 * wanted, wanted).mean(),
        "net": data.error_db(curve, wanted).mean(),
        "harm": data.error_db(quiet, 0 * quiet).mean(),
    }
    for k in (0.25, 0.5, 1.0):
        less = lambda c, sd: c * c**2 / (c**2 + k * sd**2)  # noqa: E731, B023
        found[f"net, shrunk {k}"] = data.error_db(less(curve, sigma), wanted).mean()
        found[f"harm, shrunk {k}"] = data.error_db(less(quiet, quiet_sigma), 0 * quiet).mean()
    tracks, calm = [], []
    for track in np.unique(music.track):
        mine = music.frames[music.track == track]
        some = np.zeros((len(mine), len(dsp.TONE_GOALS)), np.float32) if s.task == "blind" else mine[::-1].copy()
        for c in curves[rng.integers(0, n, 6)]:
            y, sd = answer(net, (data.degraded(mine, np.repeat(c[None], len(mine), 0)), some))
            tracks.append(data.error_db(np.average(y, axis=0, weights=sd**-2.0), -c[BANDS:]))
        y, sd = answer(net, (mine, some))
        calm.append(data.error_db(np.average(y, axis=0, weights=sd**-2.0), 0))
    return {k: round(float(v), 3) for k, v in (found | {"track": np.mean(tracks), "track harm": np.mean(calm)}).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["blind", "match"])
    parser.add_argument("--leave-out", action="store_true", help="train on all packages but one, by turns; no export")
    parser.add_argument("--no-export", action="store_true", help="leave models/onnx as it is")
    parser.add_argument("--set", nargs="*", default=[], metavar="SETTING=VALUE", help="other settings than the usual")
    parser.add_argument("--name", help="of the run")
    arguments = parser.parse_args()
    usual = USUAL[arguments.task]
    given = dict(pair.split("=") for pair in arguments.set)
    s = replace(usual, **{k: type(getattr(usual, k))(v) for k, v in given.items()})
    processes = Processes()
    data.prepare.prepare("train", processes.rank, processes.count)
    processes.wait()
    music = data.load("train")
    if arguments.leave_out:
        every = []
        for package in sorted(set(music.package)):
            out = music.package == package
            net = train(s, music.where(~out), f"{arguments.name or s.task}_without_{package}", processes)
            every.append(scores(s, net, music.where(out)))
            print(package, every[-1], flush=True)
        print("mean", {k: round(float(np.mean([e[k] for e in every])), 3) for k in every[0]})
        return
    net = train(s, music, arguments.name or s.task, processes)
    if processes.rank == 0 and not arguments.no_export:
        export.write(net, s, music, provenance(s))


if __name__ == "__main__":
    main()
