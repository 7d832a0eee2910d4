# SPDX-License-Identifier: MIT
"""Beats and hand percussion from one-shots of whole kits (Hydrogen's): train on some kits, test on others; and the
loops of sonic-pi-samples, real recordings, for testing only.

Licences: hydrogen-data GPL-2+, hydrogen-drumkits GPL-2(+), CC-BY-SA-3.0 or CC0 by kit, sonic-pi-samples CC0-1.0 mostly;
each package's copyright file has the words.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soundfont_instruments"))
import midi
from common import RATE, load, mixed_in, package, run

PACKAGES = {
    "hydrogen-drumkits": (
        "2017.09.19~dfsg-1",
        "6ea3c6df9a67762e2362f946c695e619859126b19fbccf32a2e8f07dfd03b2f4",
    ),
    "hydrogen-data": ("1.2.0~beta1+dfsg-1", "d2cc3f281c02efb71f132bd173e95a958d3fede7c5aefcaba6547baf918cff2a"),
    "sonic-pi-samples": ("3.2.2~repack-8", "25f2312d2fae005e6ad0f4726b8ed3084e776006a5a132083506e960224ac79d"),
}
TEST_KITS = ("ColomboAcousticDrumkit", "The Black Pearl 1.0", "HardElectro1", "TR808EmulationKit", "Gimme A Hand 1.0")
HAND_KITS = ("Gimme A Hand 1.0", "circAfrique v4")
LOOPS = {
    "drums": ("amen", "amen_full", "breakbeat", "compus", "industrial", "mehackit1", "mehackit2", "mika"),
    "percussion": ("perc1", "perc2", "safari", "tabla"),
}
ROLES = (  # the first that matches an instrument's name
    ("hands", r"bongo|conga|tamb|shak|marac|clave|cow ?bell|block|agogo|triang|guiro|cabas|djembe|timbal|cuica|vibra"),
    ("kick", r"kick|bass ?drum|^bd|bdrum"),
    ("snare", r"snare|^sn|^sd|rim|stick|clap"),
    ("hat", r"hat|hh|ride"),
    ("tom", r"tom"),
    ("cymbal", r"crash|cymb|splash|china"),
)


def kit(folder: Path) -> dict[str, list[list[Path]]]:
    """role -> instruments, each a list of its samples from soft to loud."""
    roles: dict[str, list[list[Path]]] = {}
    for element in ElementTree.parse(folder / "drumkit.xml").iter():
        element.tag = element.tag.split("}")[-1]
        if element.tag != "instrument":
            continue
        for child in element.iter():
            child.tag = child.tag.split("}")[-1]
        files = [(float(layer.findtext("min") or 0), layer.findtext("filename")) for layer in element.iter("layer")]
        files = files or [(0.0, element.findtext("filename"))]
        paths = [folder / name for _, name in sorted(f for f in files if f[1]) if (folder / name).exists()]
        name = (element.findtext("name") or "").lower()
        role = next((role for role, words in ROLES if re.search(words, name)), "other")
        if paths:
            roles.setdefault(role, []).append(paths)
    return roles


def played(rng: np.random.Generator, roles: dict, hands: bool) -> np.ndarray | None:
    """5.5 s of a beat; None when the kit lacks what it needs."""
    instruments = [i for group in roles.values() for i in group] if hands else None
    if hands:
        notes = midi.hands(rng, list(range(len(instruments))))
    else:
        table, instruments = {}, []
        for role in ("kick", "snare", "hat", "tom", "cymbal"):
            found = roles.get(role) or roles.get("other") or next(iter(roles.values()))
            table[role] = list(range(len(instruments), len(instruments) + len(found)))
            instruments += found
        notes = midi.pattern(rng, table)
    x = np.zeros((2, int(midi.CLIP_S * RATE)))
    sounds, pans = {}, rng.uniform(0.3, 0.7, len(instruments))
    for start, _, which, velocity in notes:
        layers = instruments[which]
        path = layers[min(len(layers) - 1, int(velocity / 128 * len(layers)))]
        if path not in sounds:
            y = load(path)[:, : 3 * RATE]
            sounds[path] = y / (np.max(np.abs(y)) + 1e-9)
        gain = 10 ** ((velocity - 127) / 127 * 24 / 20)
        pan = np.array([[1 - pans[which]], [pans[which]]]) * 2
        mixed_in(x, gain * pan * sounds[path], int(start * RATE))
    return x


def make(data) -> None:
    folders = {name: package(name, *pinned) for name, pinned in PACKAGES.items()}
    kits = sorted(
        path.parent
        for name in ("hydrogen-drumkits", "hydrogen-data")
        for path in (folders[name] / "usr/share/hydrogen/data/drumkits").glob("*/drumkit.xml")
    )
    for folder in kits:
        split = "test" if folder.name in TEST_KITS else "train"
        licence = "see the package's copyright file"
        roles = kit(folder)
        if folder.name in HAND_KITS:
            jobs = [("percussion", roles, True)] * (14 if split == "test" else 30)
        else:
            jobs = [("drums", roles, False)] * (5 if split == "test" else 10)
            if len(roles.get("hands", [])) >= 2:
                jobs += [("percussion", {"hands": roles["hands"]}, True)] * (3 if split == "test" else 6)
        for label, chosen, hands in jobs:
            data.add(played(data.rng, chosen, hands), label, split, folder.name, folder.name, licence)
    loops = next(iter(folders["sonic-pi-samples"].rglob("loop_amen.flac"))).parent
    for label, names in LOOPS.items():
        for name in names:
            x = load(loops / f"loop_{name}.flac")
            x = np.tile(x, (1, -(-int(4 * RATE) // x.shape[1])))[:, : int(midi.CLIP_S * RATE)]
            data.add(x, label, "test", "sonic-pi-samples", name, "CC0-1.0")
    # Single sounds of a kit, as a track of a kit often is: a kick, a snare or hats alone.
    for folder in kits:
        if folder.name in HAND_KITS:
            continue
        roles, split = kit(folder), "test" if folder.name in TEST_KITS else "train"
        for role in ("kick", "snare", "hat"):
            if role in roles:
                chosen = {name: roles[role] for name in ("kick", "snare", "hat", "tom", "cymbal")}
                for _ in range(1 if split == "test" else 2):
                    data.add(
                        played(data.rng, chosen, False), "drums", split, folder.name, folder.name, "see the package"
                    )


if __name__ == "__main__":
    run("drumkits", make)
