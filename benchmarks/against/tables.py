"""The results of a session as tables in Markdown."""

import statistics

from .peers import PEERS


def tables(result):
    """The figures as tables in Markdown, a string."""
    lines = []
    for part in ("networks", "sweep"):
        if result.get(part):
            lines += [
                "",
                f"Recurrent deliveries, million/s of wall time, one thread; in brackets eventsim's speed over it, by wall and by processor time ({part})",
                "",
            ]
            lines += ["| network | rate Hz | eventsim | " + " | ".join(p.label for p in PEERS.values()) + " | additions alone, C |"]
            lines += ["| --- | ---: | ---: |" + " ---: |" * (len(PEERS) + 1)]
            lines += [_row(r) for r in result[part]]
    if "phases" in result:
        lines += ["", "Pulse-coupled neurons without delay, million/s", "", "| neurons | rate Hz | eventsim | heap of phases, C | ratio |"]
        lines += ["| ---: | ---: | ---: | ---: | ---: |"]
        for r in result["phases"]:
            speed = (
                f"{1e-6 * r['heap']['deliveries_per_s']:.2f} | {r['ratio']:.2f}"
                if r.get("agrees")
                else f"{r['heap'].get('failed', 'rate disagrees')} | -"
            )
            lines += [f"| {r['neurons']:,} | {r['rate_hz']:.3f} | {1e-6 * r['deliveries_per_s']:.2f} | {speed} |"]
    if result.get("bounded"):
        lines += _bounded(result["bounded"])
    if "learning" in result:
        lines += _learning(result["learning"])
    if "exactness" in result:
        lines += ["", "200 neurons without noise, 500 ms: spikes before the first that is not eventsim's, median error until then", ""]
        for key, r in result["exactness"].items():
            text = r.get("failed") or f"{r['before_first_error']} of {r['expected']} spikes, {r['median_error_ms']:.2g} ms"
            lines += [f"- {PEERS[key].label}: {text}"]
    return "\n".join(lines) + "\n"


def _row(r):
    cells = [r["title"], f"{r['rate_hz']:.2f}", f"{1e-6 * r['deliveries_per_s']:.2f}"]
    for key in PEERS:
        p = r["peers"].get(key, {"failed": "-"})
        if "failed" in p:
            cells.append(p["failed"].split(" in ")[0].splitlines()[0])
        elif not p["agrees"]:
            cells.append(f"rate {p['rate_hz']:.2f} Hz disagrees")
        else:
            cpu = f"; {p['cpu_ratio']:.3g}" if "cpu_ratio" in p else ""
            cells.append(f"{1e-6 * p['deliveries_per_s']:.2f} ({p['ratio']:.3g}{cpu})")
    shared = r["roofline"].get("shared")
    cells.append(f"{1e-6 * shared:.0f}" if shared else r["roofline"]["failed"])
    return "| " + " | ".join(cells) + " |"


def _bounded(cases):
    """Neurons without a closed form: a row for each method and step of Brian2."""
    lines = [
        "",
        "Neurons without a closed form, at equal accuracy: errors of spike times, median and largest (ms), wall seconds per model second, one",
        "thread; eventsim at the loosest tolerance whose errors are no larger, and at its default. Ratios above 1: eventsim is faster",
        "",
        "| network | rate Hz | Brian2 C++ | errors | wall | tolerance | errors | wall | ratio | wall at 1e-9 | ratio |",
        "| --- | ---: | --- | --- | ---: | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for case in cases:
        for peer in case["peers"]:
            cells = [case["title"], f"{case['rate_hz']:.1f}", f"{peer['method']}, {peer['step_ms']:g} ms", *_at_equal_accuracy(case, peer)]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def _learning(result):
    """Plastic synapses: a row for each simulator."""
    title = f"Additive STDP of all pairs, 1,000 inputs at 15 Hz onto 100 neurons, {1e-3 * result['duration_ms']:g} s, one thread; ratios above 1: eventsim is faster"
    lines = [
        "",
        title,
        "",
        "| simulator | million updates/s | ratio | by processor time | spikes | mean weight (mV) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for label, r in [("eventsim", result["own"]), *((PEERS[key].label, r) for key, r in result["peers"].items())]:
        if "failed" in r:
            lines.append(f"| {label} | {r['failed']} | - | - | - | - |")
            continue
        ratios = [f"{r[key]:.3g}" if key in r else "-" if label == "eventsim" else "differs" for key in ("ratio", "cpu_ratio")]
        lines.append(f"| {label} | {1e-6 * r['updates_per_s']:.1f} | {' | '.join(ratios)} | {r['spikes']:,} | {r['mean_weight']:.4f} |")
    return lines


def _at_equal_accuracy(case, peer):
    """Errors and speed of Brian2, then tolerance, errors, speed and ratio of eventsim, then speed and ratio at the default tolerance."""
    if "wall_s" not in peer:
        return [peer["failed"], *["-"] * 7]
    per_second = 1e3 / case["duration_ms"]
    other = per_second * statistics.median(peer["wall_s"])
    walls = {tolerance: per_second * statistics.median(w) for tolerance, w in peer["own_wall_s"].items()}
    cells = [peer.get("failed") or _errors(peer), f"{other:.3g}"]
    if peer["equal"] is None:
        reason = "-" if "failed" in peer else "none" if peer["agrees"] else "rates disagree"
        cells += [reason, "-", "-", "-"]
    else:
        entry = next(e for e in case["own"] if f"{e['tolerance']:g}" == peer["equal"])
        own = walls[peer["equal"]]
        cells += [peer["equal"], _errors(entry), f"{own:.3g}", f"{other / own:.2g}"]
    default = walls["1e-09"]
    return [*cells, f"{default:.3g}", f"{other / default:.2g}"]


def _errors(entry):
    return f"{entry['median_ms']:.1e}, {entry['largest_ms']:.1e}"
