# SPDX-License-Identifier: MIT
"""Real songs for the equality test: `prepare.py FOLDER` leaves NAME.f32 (interleaved stereo, 44.1 kHz, 32-bit float)
for each track there.

Decoded once, so that every build gets the same samples: decoders differ. The music comes from two Debian packages,
fetched with apt-get and unpacked without installing; nothing of it is kept in the project. Licences: starfighter-data
(CC-BY-SA, GPL-2+ and others), wesnoth-1.16-music (GPL-2+, CC-BY-SA 4.0); each package's copyright file lists them.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import soundfile

PACKAGES = {
    "starfighter-data": "0c6038f76836c88249928d2ec93375cada3ccf4beb6d6faac3679f3bdb0e39cd",
    "wesnoth-1.16-music": "f9bc3cde92b4ab30db5d7b85f89b4bcc3d788dd92602956d0347250850bf59bb",
}
TRACKS = {
    "frozen_jam": "usr/share/starfighter/music/frozen_jam.ogg",
    "orbital_colossus": "usr/share/starfighter/music/orbital_colossus.ogg",
    "love_theme": "usr/share/games/wesnoth/1.16/data/core/music/love_theme.ogg",
    "battle_epic": "usr/share/games/wesnoth/1.16/data/core/music/battle-epic.ogg",  # the key
}


def fetch(package: str, sha256: str, folder: Path) -> None:
    """Downloads and unpacks one package; three attempts, and a wrong checksum counts as a failed one."""
    for attempt in range(1, 4):
        done = subprocess.run(["apt-get", "-o", "APT::Sandbox::User=root", "download", package], cwd=folder)
        found = sorted(folder.glob(f"{package}_*.deb"))
        if done.returncode == 0 and found and hashlib.sha256(found[0].read_bytes()).hexdigest() == sha256:
            subprocess.run(["dpkg-deb", "-x", found[0], folder], check=True)
            return
        print(f"{package}: attempt {attempt} failed", file=sys.stderr)
        for file in found:
            file.unlink()
    sys.exit(f"{package} could not be fetched with the checksum {sha256}: a newer version may have replaced it")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for package, sha256 in PACKAGES.items():
        wanted = [path for path in TRACKS.values() if ("starfighter" in path) == ("starfighter" in package)]
        if not all((folder / path).exists() for path in wanted):
            fetch(package, sha256, folder)
    for name, path in TRACKS.items():
        samples, rate = soundfile.read(folder / path, dtype="float32", always_2d=True)
        if rate != 44100 or samples.shape[1] != 2:
            sys.exit(f"{path}: {rate} Hz with {samples.shape[1]} channels, expected 44100 Hz stereo")
        (folder / f"{name}.f32").write_bytes(samples.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
