"""The results of a session as tables in Markdown."""

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
