# SPDX-License-Identifier: MIT
"""Writes web/docs/requirements/*.md from the quality tables (tests/quality/*.toml, tests/plugins/<key>.toml, manifest).

quality_docs.py               writes what changed
quality_docs.py --check       exits 1 when a page is stale, a proof does not exist or a requirement has none
quality_docs.py --measured    prints one Markdown table of what the last test run recorded (build/quality)
"""

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from kit import host, quality, report  # noqa: E402

PAGES = ROOT / "web/docs/requirements"
NOTE = "<!-- Written by tools/quality_docs.py from the tables in tests/; edit those. -->\n"


def table(heads: list[str], rows: list[list]) -> str:
    def line(cells) -> str:
        return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"

    return "\n".join([line(heads), line(["---"] * len(heads)), *map(line, rows)]) + "\n"


def requirement_table(rows: list[quality.Requirement]) -> str:
    def cell(r: quality.Requirement) -> list[str]:
        peer = f"{r.peer} ({r.source})" if r.source else r.peer
        promise = f"{r.promise} {r.note}" if r.note else r.promise
        return [r.id, promise, r.limit, peer or "–", "<br>".join(f"`{p}`" for p in r.proof)]

    return table(["requirement", "promise", "limit", "peers on the same signals", "proved by"], [cell(r) for r in rows])


def settings(values: dict) -> str:
    return ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items()) or "defaults"


def knob_table(key: str) -> str:
    """One row per context: bandN_… is one row for all bands."""
    contexts, rows, seen = quality.load(key).contexts, [], set()
    for param in host.info(key)["params"]:
        c = contexts.get(param["key"])
        if c is None:
            rows.append([f"`{param['key']}`", param["help"], "**none declared**", "", ""])
            continue
        if c.name in seen:
            continue
        seen.add(c.name)
        measures = c.measure if isinstance(c.measure, list) else [c.measure]
        by = "" if c.by is None else f" by {c.by:g} at least"
        where = f"{settings(c.with_)}; {c.signal}" + (f"; key {c.side}" if c.side else "")
        what = "; ".join(f"`{m}`" for m in measures) + f" {c.moves}{by}"
        cells = [
            f"`{c.name}`",
            param["help"],
            where,
            what,
            "; ".join(filter(None, (c.because, c.zipper.because))) or "–",
        ]
        rows.append([re.sub(r"(?<=[Bb]and)( ?)\d+", r"\1N", cell) for cell in cells] if "N" in c.name else cells)
    return table(["parameter", "what it does", "shown with", "the number it moves", "exception to E-3"], rows)


def preset_table(key: str) -> str:
    promised, rows = quality.load(key).presets, []
    for preset in host.info(key)["presets"]:
        p = promised.get(preset["key"])
        if p is None:
            continue
        checks = "<br>".join(f"`{c.measure}` on {c.signal}: {c.between[0]:g} … {c.between[1]:g}" for c in p.checks)
        low, high = p.loudness_lu
        loudness = f"{low:g} … {high:g}" + (f" ({p.because})" if p.because else "")
        rows.append([preset["name"], preset["promise"], checks, loudness])
    return table(["preset", "promise", "tested", "loudness change, LU"], rows)


def pages() -> dict[str, str]:
    """File name -> text."""
    topics: dict[str, str] = {}
    found = {}
    for path in sorted(quality.REQUIREMENTS.glob("*.toml")):
        raw = tomllib.loads(path.read_text())
        if not raw.get("plugins"):
            topics[path.stem] = raw["title"]
    for topic, title in topics.items():
        rows = [r for r in quality.requirements() if r.topic == topic]
        found[f"{topic}.md"] = f"{NOTE}# {title}\n\n{requirement_table(rows)}"
    index = []
    for key in host.plugin_keys():
        name = host.info(key)["name"]
        rows = [r for r in quality.requirements() if key in r.plugins]
        text = f"{NOTE}# {name}\n\n{host.info(key)['help']}\n\n"
        text += "Every plugin also keeps the promises of [engineering](engineering.md).\n\n"
        text += requirement_table(rows) if rows else ""
        text += f"\n## Knobs\n\nEvery knob acts (E-14): from its minimum to its maximum.\n\n{knob_table(key)}"
        text += f"\n## Presets\n\n{preset_table(key)}"
        found[f"{key}.md"] = text
        index.append([f"[{name}]({key}.md)", ", ".join(r.id for r in rows)])
    for topic, title in topics.items():
        ids = ", ".join(r.id for r in quality.requirements() if r.topic == topic)
        index.append([f"[{title}]({topic}.md)", ids])
    found["README.md"] = (
        f"{NOTE}# Requirements\n\nHow to read them: [quality](../quality.md).\n\n{table(['page', 'requirements'], index)}"
    )
    return found


def missing_proofs() -> list[str]:
    """A proof is a file, or file::name with that name in the file."""
    faults = []
    for r in quality.requirements():
        if not r.proof:
            faults.append(f"{r.id} has no proof")
        for proof in r.proof:
            path, _, name = proof.partition("::")
            file = ROOT / path
            if not file.exists():
                faults.append(f"{r.id}: {path} does not exist")
            elif name and not re.search(rf"\b{re.escape(name.partition('[')[0])}\b", file.read_text()):
                faults.append(f"{r.id}: {path} has no {name}")
        faults += [f"{r.id}: no plugin '{k}'" for k in r.plugins if k not in host.plugin_keys()]
    return faults


def check() -> int:
    faults = missing_proofs()
    for name, text in pages().items():
        path = PAGES / name
        if not path.exists() or path.read_text() != text:
            faults.append(f"{path.relative_to(ROOT)} is stale: run tools/quality_docs.py")
    stray = {p.name for p in PAGES.glob("*.md")} - set(pages())
    faults += [f"web/docs/requirements/{name} belongs to nothing" for name in sorted(stray)]
    print("\n".join(faults) or f"{len(quality.requirements())} requirements, {len(pages())} pages: fresh")
    return 1 if faults else 0


def write() -> int:
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = PAGES / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


def measured() -> int:
    known = {r.id: r for r in quality.requirements()}
    order = list(known)
    rows = sorted(report.read(), key=lambda r: (order.index(r["id"]) if r["id"] in order else len(order), r["case"]))

    def value(r) -> str:
        detail = f" ({r['detail']})" if r["detail"] else ""
        return f"{r['value']:.4g} {r['unit']}".strip() + detail

    named = set()

    def peer(r) -> str:
        """Once per requirement."""
        first = r["id"] in known and r["id"] not in named
        named.add(r["id"])
        return known[r["id"]].peer if first else ""

    print(table(["requirement", "case", "limit", "measured", "peers"],
                [[r["id"], r["case"], r["limit"], value(r), peer(r) or "–"] for r in rows]))  # fmt: skip
    silent = [r.id for r in known.values() if r.id not in {row["id"] for row in rows}]
    print(f"{len(rows)} values; nothing recorded for: {', '.join(silent) or 'none'}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--measured", action="store_true")
    given = parser.parse_args()
    try:
        return check() if given.check else measured() if given.measured else write()
    except quality.TableError as e:
        print(e, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
