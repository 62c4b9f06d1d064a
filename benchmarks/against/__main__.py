"""`python -m benchmarks.against`: the usual parts, in less than ten minutes; `--help` for all of them."""

import argparse
import datetime
import json
import os
import time
from pathlib import Path

from ..harness import RESULTS, machine, versions
from . import bounded
from .cases import cases, sweep
from .learning import learning
from .peers import PEERS, folder, installed
from .session import compare, exactness, phases
from .tables import tables

PARTS = ("exactness", "networks", "phases", "sweep", "bounded", "learning")
USUAL = PARTS[:4]  # which fit into ten minutes together


def main():
    """Measure, print ratios, write benchmarks/results/DATE-against.json."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.against", description="eventsim beside other simulators, on the same arrays."
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=USUAL, help=f"default: {' '.join(USUAL)}")
    parser.add_argument(
        "--cases",
        nargs="+",
        metavar="NAME",
        help=f"of the networks and the sweep: {', '.join([*cases(), *sweep()])}; bounded: {', '.join(bounded.cases())}",
    )
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000], help="of the pulse-coupled networks")
    parser.add_argument("--output", type=Path, help="to add to (default: benchmarks/results/DATE-against.json)")
    parser.add_argument("--quick", action="store_true", help="write nothing")
    parser.add_argument("--minutes", type=float, default=9.5, help="after which peers are left out (default 9.5)")
    options = parser.parse_args()
    begin = time.perf_counter()
    if os.getloadavg()[0] > 1.0:
        print(f"the machine is busy (load {os.getloadavg()[0]:.1f}): speeds and ratios will scatter")
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
    if "bounded" in options.parts:
        wanted = {name: case for name, case in bounded.cases().items() if not options.cases or name in options.cases}
        result["bounded"] = [bounded.compare(name, case, begin + 60.0 * options.minutes) for name, case in wanted.items()]
    if "phases" in options.parts:
        result["phases"] = phases(options.sizes)
    if "learning" in options.parts:
        result["learning"] = learning(options.peers, begin + 60.0 * options.minutes, 1_000.0 if options.quick else 10_000.0)
    result["seconds"] = time.perf_counter() - begin
    print(f"{tables(result)}\n{result['seconds']:.0f} s in all.")
    if not options.quick:
        output = options.output or RESULTS / f"{result['date']}-against.json"
        if output.exists():
            result = merged(json.loads(output.read_text()), result)
        output.write_text(json.dumps(result, indent=1) + "\n")
        print(f"written to {output}")


def merged(old, new):
    """Earlier results with those replaced that were measured again; each entry says under what it was."""
    out = {**old, **new}
    for part, of in (("networks", cases()), ("sweep", sweep()), ("bounded", bounded.cases())):
        again = {entry["case"] for entry in new.get(part, [])}
        known = [entry for entry in old.get(part, []) if entry["case"] not in again] + new.get(part, [])
        order = list(of)
        out[part] = sorted((e for e in known if e["case"] in order), key=lambda e: order.index(e["case"]))
    return out


if __name__ == "__main__":
    main()
