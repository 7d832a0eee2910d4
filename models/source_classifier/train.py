# SPDX-License-Identifier: MIT
"""Trains the source classifier (CPU is enough), then evaluate.py says what it is worth:

    python models/source_classifier/train.py             on all training clips, into build/data/source_classifier/net.pt
    python models/source_classifier/train.py --validate  each third of the sources is left out by turns, beside the guess
    ... --set noise=0.5                                  other settings

A frame of features -> ten logits, "unknown" first. The net sees the level-free spectrum, how bands spread around their
mean, the side, range, crest, onsets and correlation: cosine transforms of the bands, so that neighbours share. It is kept
from knowing the clips by heart with random equalizers, noise floors, mono, speeds and lengths, and mixes made of frames.
"""

import argparse
import itertools
import json
from dataclasses import asdict, dataclass, replace

import frames
import numpy as np
import torch
from frames import BANDS, clips
from scoring import NAMES, decided, macro_f1
from torch import nn

import dsp
from cosines import cosines

RUNS = frames.KEPT
MID, SIDE = slice(0, BANDS), slice(4 * BANDS, 5 * BANDS)
NONE_DB = -120.0  # DAWG_FEATURES_NONE
SURE = (0.0, 0.2, 0.3, 0.4)  # thresholds that are tried


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    steps: int = 1500
    batch: int = 256
    rate: float = 2e-3  # of learning, falls to 0 as a cosine
    decay: float = 3e-2
    width: int = 128
    layers: int = 2
    drop: float = 0.3
    cosines: int = 24  # of each group of bands
    noise: float = 0.3  # on the inputs, in standard deviations
    eq: float = 0.6  # of auto_eq's curves, which are 4 dB on average
    eq_chance: float = 0.8
    floor_db: tuple = (40.0, 110.0)  # below the loudest band, uniform
    mono: float = 0.3  # chance
    versions: int = 3  # of each frame, drawn once
    mixtures: int = 400  # made of frames, beside those of clips
    source: float = 0.5  # within a kind, a source counts by its number of clips to this power
    average: float = 0.995  # of the weights that are kept
    sure: float = 0.3  # a smaller probability is "unknown"


class Front(nn.Module):
    """A raw frame -> what a net sees of it: nothing that a level moves."""

    DEEP_DB = 70.0  # under the loudest band: nothing

    def __init__(self, s: Settings):
        super().__init__()
        names = dsp.feature_names()
        self.rest = [i for i, n in enumerate(names) if n.startswith(("range_lu", "crest", "onsets", "correlation"))]
        self.lo, self.hi = self.rest[0], self.rest[-1] + 1
        inputs = 8 * s.cosines + len(self.rest)
        self.register_buffer("dct", torch.tensor(cosines(s.cosines, BANDS), dtype=torch.float32))
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(inputs))
        self.inputs, self.noise = inputs, s.noise

    def raw(self, x):
        mid, side = x[:, MID], x[:, SIDE]
        peak = torch.maximum(mid.amax(dim=1, keepdim=True), side.amax(dim=1, keepdim=True))
        floor = peak - self.DEEP_DB
        m, d = torch.maximum(mid, floor), torch.maximum(side, floor)
        part = lambda k: torch.maximum(x[:, k * BANDS : (k + 1) * BANDS], floor)  # noqa: E731
        groups = [
            m - peak,
            *(part(k) - m for k in (1, 2, 3)),
            torch.clamp(d - m, -30, 12),
            *(part(k) - d for k in (5, 6, 7)),
        ]
        groups[1:4] = [torch.clamp(g, -40, 20) for g in groups[1:4]]
        groups[5:8] = [torch.clamp(g, -40, 20) for g in groups[5:8]]
        return torch.cat([*(g @ self.dct for g in groups), x[:, self.lo : self.hi]], dim=1)

    def fit(self, raw):
        self.mean.copy_(raw.mean(dim=0))
        self.scale.copy_(1 / (raw.std(dim=0) + 0.3))

    def scaled(self, raw):
        z = torch.clamp((raw - self.mean) * self.scale, -4, 4)
        return z + self.noise * torch.randn_like(z) if self.training else z

    def forward(self, x):
        return self.scaled(self.raw(x))


class Net(nn.Module):
    """[n, 527] -> logits [n, 10], "unknown" first."""

    def __init__(self, s: Settings):
        super().__init__()
        self.front = Front(s)
        sizes = [self.front.inputs, *[s.width] * s.layers]
        layers = [(nn.Linear(a, b), nn.ReLU(), nn.Dropout(s.drop)) for a, b in itertools.pairwise(sizes)]
        self.body = nn.Sequential(*itertools.chain(*layers), nn.Linear(sizes[-1], dsp.SOURCES))

    def forward(self, x):
        return self.body(self.front(x))


def augmented(s: Settings, x: torch.Tensor, curves: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Frames after random equalizers, above random noise floors, some of them mono."""
    n = len(x)
    bands = x[:, : 8 * BANDS].view(n, 8, BANDS)
    eq = curves[torch.randint(0, len(curves), (n,), generator=g)] * s.eq
    eq = eq * (torch.rand(n, 1, generator=g) < s.eq_chance)
    sound = bands > NONE_DB
    bands = torch.where(sound, bands + eq[:, None], bands)
    peak = torch.maximum(bands[:, 0].amax(1), bands[:, 4].amax(1))
    floor = peak - (s.floor_db[0] + (s.floor_db[1] - s.floor_db[0]) * torch.rand(n, generator=g))
    tilt = torch.randn(n, 1, generator=g) * 8 * torch.linspace(-1, 1, BANDS)
    f = (floor[:, None] + tilt)[:, None]
    bands = torch.where(sound, 10 * torch.log10(10 ** (bands / 10) + 10 ** (f / 10)), bands)
    mono = torch.rand(n, generator=g) < s.mono
    bands = torch.where(
        mono[:, None, None] & (torch.arange(8) >= 4)[None, :, None], torch.full_like(bands, NONE_DB), bands
    )
    out = torch.cat([bands.reshape(n, -1), x[:, 8 * BANDS :]], dim=1)
    names = dsp.feature_names()
    at = [i for i, name in enumerate(names) if name.startswith("correlation")]
    out[:, at] = torch.where(mono[:, None], torch.ones(n, 4), out[:, at])
    return out


def chances(s: Settings, listed: list[dict]) -> np.ndarray:
    """Of the clips: every kind as likely, within it a source by its number of clips to the power of `source`."""
    label = np.array([NAMES.index(c["label"]) for c in listed])
    pair = np.array([f"{c['label']} {c['source']}" for c in listed])
    _, at, counts = np.unique(pair, return_inverse=True, return_counts=True)
    w = counts[at] ** (s.source - 1.0)
    totals = np.bincount(label, w)
    return w / totals[label] / np.count_nonzero(totals)


PARTS = ("drums", "bass", "guitar", "keys", "strings", "brass", "vocal")


def together(parts: np.ndarray, gain_db: np.ndarray) -> np.ndarray:
    """Frames of sounds [parts, ..., 527] that play at once, each by its gain: bands as powers, the rest as the mean."""
    moved = parts[..., : 8 * BANDS].astype(np.float64) + gain_db.reshape(-1, *[1] * (parts.ndim - 1))
    both = parts.mean(axis=0)
    both[..., : 8 * BANDS] = 10 * np.log10(np.sum(10 ** (moved / 10), axis=0))
    return both.astype(np.float32)


def mixtures(s: Settings, listed: list[dict], x: np.ndarray) -> tuple[list[dict], np.ndarray]:
    """`s.mixtures` songs put together from frames: drums, a bass and one to three others. [songs, any, 527]"""
    rng, songs = np.random.default_rng([s.seed, 3]), []
    by = {part: [i for i, clip in enumerate(listed) if clip["label"] == part] for part in PARTS}
    for _ in range(s.mixtures):
        parts = ["drums", "bass", *rng.choice(PARTS[2:], int(rng.integers(1, 4)), replace=False)]
        chosen = x[[rng.choice(by[part]) for part in parts]]
        level_db = 10 * np.log10(np.sum(10 ** (chosen[:, -1, MID] / 10), axis=-1))
        songs.append(together(chosen, rng.normal(0, 4, len(parts)) - level_db - 20))
    return [{"label": "mix", "source": "mixed frames"}] * s.mixtures, np.array(songs)


def pool(s: Settings, x: np.ndarray) -> torch.Tensor:
    """[clips, versions, inputs]: what nets see of augmented frames; x: [clips, any, 527]."""
    torch.set_num_threads(1)
    g, front = torch.Generator().manual_seed(s.seed), Front(s)
    curves = torch.tensor(frames.curves(4000, s.seed + 1000))
    x = torch.from_numpy(x)
    out = torch.empty(len(x), s.versions * x.shape[1], front.inputs)
    for k in range(s.versions):
        for j in range(x.shape[1]):
            for rows in torch.arange(len(x)).split(512):
                out[rows, k * x.shape[1] + j] = front.raw(augmented(s, x[rows, j], curves, g))
    return out


def train(s: Settings, listed: list[dict], x: np.ndarray) -> Net:
    """x: [clips, any, 527], frames of these clips."""
    z = pool(s, x)
    if s.mixtures:
        songs, more = mixtures(s, listed, x)
        z, listed = torch.cat([z, pool(s, more)]), listed + songs
    label, p = torch.tensor([NAMES.index(clip["label"]) for clip in listed]), chances(s, listed)
    torch.manual_seed(s.seed)
    rng, net, loss_of = np.random.default_rng(s.seed), Net(s), nn.CrossEntropyLoss()

    def some(n: int) -> tuple[torch.Tensor, torch.Tensor]:
        rows = rng.choice(len(listed), n, p=p)
        return z[rows, rng.integers(0, z.shape[1], n)], label[rows]

    net.front.fit(some(8000)[0])
    optimizer = torch.optim.AdamW(net.body.parameters(), lr=s.rate, weight_decay=s.decay)
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(s.average)
    )
    net.train()
    for step in range(s.steps):
        for group in optimizer.param_groups:
            group["lr"] = s.rate * min(1, step / 100) * 0.5 * (1 + np.cos(np.pi * step / s.steps))
        seen, wanted = some(s.batch)
        loss = loss_of(net.body(net.front.scaled(seen)), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        averaged.update_parameters(net)
    return averaged.module.eval()


def probabilities(net: Net, x: np.ndarray) -> np.ndarray:
    """[n, 527] -> [n, SOURCES]."""
    with torch.no_grad():
        return torch.softmax(net(torch.from_numpy(x)), dim=1).numpy()


def load() -> tuple[Net, Settings]:
    kept = torch.load(RUNS / "net.pt", weights_only=True)
    s = Settings(**kept["settings"] | {"floor_db": tuple(kept["settings"]["floor_db"])})
    net = Net(s)
    net.load_state_dict(kept["net"])
    return net.eval(), s


# ---- what it is worth on sources that it has not heard


def thirds(listed: list[dict]) -> np.ndarray:
    """Which third of the sources a clip is in; -1: always in training, since it is made of clips of all."""
    apart = {"timgm6mb-soundfont": 0, "opl3-soundfont": 1, "lmms-common": 2}
    others = sorted({c["source"] for c in listed} - set(apart) - {"mixtures, train clips"})
    apart |= {source: i % 3 for i, source in enumerate(others)}
    formula = lambda clip: int(clip["group"].split()[-1]) % 3  # noqa: E731
    return np.array([formula(c) if c["set"] == "noises" else apart.get(c["source"], -1) for c in listed])


def guess_probabilities(listed: list[dict], label: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Of the source guess, fitted to the same clips."""
    guess = frames.of_guess("train")
    s = guess.Settings()
    x = clips.heard(listed, s.seconds).astype(np.float64)
    flat = x.reshape(-1, x.shape[-1])
    scale = np.column_stack([np.median(flat, axis=0), 1 / (np.std(flat, axis=0) + 1e-9)])
    e, p = guess.expanded(x, scale, s.clip), np.zeros((len(listed), dsp.SOURCES))
    for k in range(3):
        out = third == k
        w = guess.fitted(e[~out].reshape(-1, e.shape[-1]), np.repeat(label[~out], x.shape[1]), s.penalty)
        p[out] = guess.probabilities(w, e[out][:, -1])
    return p


def validate(s: Settings, listed: list[dict], x: np.ndarray) -> None:
    label, third = np.array([NAMES.index(clip["label"]) for clip in listed]), thirds(listed)
    p = {
        "source guess": guess_probabilities(listed, label, third),
        "source classifier": np.zeros((len(x), dsp.SOURCES)),
    }
    for k in range(3):
        out = third == k
        net = train(s, [clip for clip, left in zip(listed, out, strict=True) if not left], x[~out])
        p["source classifier"][out] = probabilities(net, x[out][:, len(frames.SECONDS) - 1])
    p["both"] = (p["source guess"] + p["source classifier"]) / 2
    scored, found = third >= 0, {}
    for name, q in p.items():
        found[name] = {sure: macro_f1(label[scored], decided(q[scored], sure)) for sure in SURE}
        print(name, ", ".join(f"{value:.3f} at {sure}" for sure, value in found[name].items()), flush=True)
    best = {name: max(values.values()) for name, values in found.items()}
    (RUNS / "validation.json").write_text(json.dumps(best | {"settings": asdict(s)}, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--validate", action="store_true", help="leave out sources; train nothing to keep")
    parser.add_argument("--set", nargs="*", default=[], metavar="SETTING=VALUE", help="other settings than the usual")
    arguments = parser.parse_args()
    given = dict(pair.split("=") for pair in arguments.set)
    s = replace(Settings(), **{k: type(getattr(Settings(), k))(v) for k, v in given.items()})
    torch.set_num_threads(1)
    clips.prepare()
    listed = clips.index("train")
    x = np.concatenate([frames.heard(listed, speed) for speed in frames.SPEEDS], axis=1)  # [clips, any, 527]
    if arguments.validate:
        return validate(s, listed, x)
    net = train(s, listed, x)
    torch.save({"net": net.state_dict(), "settings": asdict(s)}, RUNS / "net.pt")


if __name__ == "__main__":
    main()
