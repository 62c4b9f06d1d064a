"""`python -m benchmarks.against`: everything, in less than ten minutes; `--help` for parts of it."""

import argparse
import datetime
import json
import time
from pathlib import Path

from ..harness import RESULTS, machine, versions
from .cases import cases, sweep
from .peers import PEERS, folder, installed
from .session import compare, exactness, phases

PARTS = ("exactness", "networks", "phases", "sweep")


def main():
    """Measure, print ratios, write benchmarks/results/DATE-against.json."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.against", description="eventsim beside other simulators, on the same arrays."
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--cases", nargs="+", metavar="NAME", help=f"of the networks and the sweep: {', '.join([*cases(), *sweep()])}")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000], help="of the pulse-coupled networks")
    parser.add_argument("--output", type=Path, help="by default benchmarks/results/DATE-against.json, where nothing is left out")
    parser.add_argument("--minutes", type=float, default=9.5, help="after which peers are left out (default 9.5)")
    options = parser.parse_args()
    begin = time.perf_counter()
    for key in options.peers:
        if not installed(PEERS[key]):
            print(f"{PEERS[key].label}: not installed in {folder()} (see benchmarks/against/README.md)")
    result = {"group": "against", "date": datetime.date.today().isoformat(), "versions": versions(), "machine": machine()}
    if "exactness" in options.parts:
        result["exactness"] = exactness(options.peers)
    for part, known in (("networks", cases()), ("sweep", sweep())):
        if part in options.parts:
            wanted = {name: case for name, case in known.items() if not options.cases or name in options.cases}
            result[part] = [compare(name, case, options.peers, begin + 60.0 * options.minutes) for name, case in wanted.items()]
    if "phases" in options.parts:
        result["phases"] = phases(options.sizes)
    result["seconds"] = time.perf_counter() - begin
    print(page(result), end="")
    whole = tuple(options.parts) == PARTS and not options.cases and len(options.peers) == len(PEERS)
    output = options.output or (RESULTS / f"{result['date']}-against.json" if whole else None)
    if output:
        output.write_text(json.dumps(result, indent=1) + "\n")
        print(f"written to {output}")


def page(result):
    """The figures as tables in Markdown, a string."""
    lines = []
    for part in ("networks", "sweep"):
        if result.get(part):
            lines += ["", f"Recurrent deliveries, million/s of wall time, one thread; in brackets eventsim's speed over it ({part})", ""]
            lines += ["| network | rate Hz | eventsim | " + " | ".join(p.label for p in PEERS.values()) + " | additions alone, C |"]
            lines += ["| --- | ---: | ---: |" + " ---: |" * (len(PEERS) + 1)]
            lines += [_row(r) for r in result[part]]
    if "phases" in result:
        lines += ["", "Pulse-coupled neurons without delay, million/s", "", "| neurons | rate Hz | eventsim | heap of phases, C | ratio |"]
        lines += ["| ---: | ---: | ---: | ---: | ---: |"]
        for r in result["phases"]:
            speed = f"{1e-6 * r['heap']['deliveries_per_s']:.2f} | {r['ratio']:.2f}" if "ratio" in r else f"{r['heap']['failed']} | -"
            lines += [f"| {r['neurons']:,} | {r['rate_hz']:.3f} | {1e-6 * r['deliveries_per_s']:.2f} | {speed} |"]
    if "exactness" in result:
        lines += ["", "200 neurons without noise, 500 ms: spikes before the first that is not eventsim's, median error until then", ""]
        for key, r in result["exactness"].items():
            text = r.get("failed") or f"{r['before_first_error']} of {r['expected']} spikes, {r['median_error_ms']:.2g} ms"
            lines += [f"- {PEERS[key].label}: {text}"]
    return "\n".join(lines) + f"\n\n{result['seconds']:.0f} s in all.\n"


def _row(r):
    cells = [r["title"], f"{r['rate_hz']:.2f}", f"{1e-6 * r['deliveries_per_s']:.2f}"]
    for key in PEERS:
        p = r["peers"].get(key, {"failed": "-"})
        if "failed" in p:
            cells.append(p["failed"].split(" in ")[0].splitlines()[0])
        elif not p["agrees"]:
            cells.append(f"rate {p['rate_hz']:.2f} Hz disagrees")
        else:
            cells.append(f"{1e-6 * p['deliveries_per_s']:.2f} ({p['ratio']:.3g})")
    shared = r["roofline"].get("shared")
    cells.append(f"{1e-6 * shared:.0f}" if shared else r["roofline"]["failed"])
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
