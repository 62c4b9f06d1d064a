"""The latest results as a Markdown page: benchmarks/results/README.md."""

import json

from .against.tables import tables
from .harness import RESULTS

GROUPS = ("network", "memory", "micro", "startup")
PARTS = {  # of a session with other simulators
    "networks": "networks",
    "sweep": "sweep",
    "phases": "phases",
    "bounded": "neurons without a closed form",
    "learning": "plastic synapses",
    "exactness": "accuracy",
}
SCALED = "scaling: "  # how names begin that have a section of their own


def latest():
    """Per group, the newest entry of every figure with its date, in the order in which the figures first appear."""
    found = {group: {} for group in GROUPS}
    for path in sorted(RESULTS.glob("*.json")):
        content = json.loads(path.read_text())
        if content["group"] not in found:
            continue
        for figure in content["figures"]:
            found[content["group"]][figure["name"]] = {**figure, "date": content["date"]}
    return found


def page(results):
    """The page, a string."""
    lines = [
        "# Results",
        "",
        "Written by `python -m benchmarks.report` from the JSON files here; medians, in brackets the smallest and the largest run.",
    ]
    for group, figures in results.items():
        if not figures:
            continue
        tabled = [f for f in figures.values() if not f["name"].startswith(SCALED)]
        lines += ["", f"## {group.capitalize()}", "", "| | median | unit | runs | checked before |", "| --- | ---: | --- | --- | --- |"]
        lines += [_row(f) for f in tabled]
        lines += ["", *_conditions(tabled)]
        if len(tabled) < len(figures):
            lines += time_against_rate([f for f in figures.values() if f not in tabled])
    return "\n".join(lines) + "\n"


def time_against_rate(figures):
    """What `python -m benchmarks.network scaling` found, a section of the page: lines, their points, and growth with size."""
    fits = [f for f in figures if f["name"].startswith(f"{SCALED}line")]
    points = [f for f in figures if f not in fits]
    lines = [
        "",
        "## Time against rate",
        "",
        "![Processor time against deliveries, and per delivery against size](../../docs/figures/scaling.png)",
        "",
    ]
    for f in fits:
        value, least, most = (f"{round(x, 3) + 0.0:.3g}" for x in (f["value"], min(f["runs"]), max(f["runs"])))
        lines.append(f"- {f['name'].removeprefix(SCALED)} **{value}** {f['unit']} (single runs: {least} to {most})")
    lines += ["", "| | measured rate (Hz) | engine | million deliveries | processor s | runs | ns/delivery |"]
    lines.append("| --- | ---: | --- | ---: | ---: | --- | ---: |")
    for f in points:
        d, runs = f["detail"], f["runs"]
        million = 1e-6 * d["deliveries_per_model_s"]
        each = f"{1e3 * f['value'] / million:.2f}" if million else "-"
        spread = f"{len(runs)} ({min(runs):.2g} to {max(runs):.2g})"
        name = f["name"].removeprefix(SCALED).removesuffix(", sequential")
        lines.append(f"| {name} | {d['rate_hz']:.2f} | {d['engine']} | {million:.4g} | {f['value']:.3g} | {spread} | {each} |")
    lines += [
        "",
        f"Deliveries and processor seconds are those of a second of model time, one thread; weights of the lines make relative errors count alike. Checked before: {points[0]['checked']}.",
        "The rate in a name is the one that theory gives for the current. Where there are no spikes, what is left is the noise, 200 drive events a second for each neuron; without noise nothing happens.",
    ]
    reason = next(f["detail"]["engine_reason"] for f in points if f["detail"]["engine"] == "windowed" and f["detail"]["rate_hz"])
    lines.append(
        f'`engine="auto"` takes the windowed engine for all of these networks; at 10,000 neurons with 1,000 inputs because {reason}.'
    )
    return [*lines, "", *_conditions(figures)]


def beside_others():
    """The newest comparison of each kind with other simulators, as a section of the page."""
    newest = {}  # session of each part
    for path in sorted(RESULTS.glob("*-against.json")):
        session = json.loads(path.read_text())
        newest |= {part: session for part in PARTS if session.get(part)}
    if not newest:
        return ""
    result = {part: session[part] for part, session in newest.items()}
    told = [
        _session(session, [part for part in PARTS if newest.get(part) is session])
        for session in {id(s): s for s in newest.values()}.values()
    ]
    return f"\n## Beside other simulators\n\nHow: [against/README.md](../against/README.md).\n{tables(result)}\n" + "\n".join(told) + "\n"


def _session(session, parts):
    """Under what some parts of a session with other simulators were measured: a line."""
    entries = [entry for part in parts for entry in (session[part] if isinstance(session[part], list) else [session[part]])]
    measured = [entry["measured"] for entry in entries if "measured" in entry]  # accuracy has none of its own
    loads = [m["load"] for m in measured]
    commits = sorted({m["commit"] for m in measured}) or [session["versions"]["commit"]]
    machine = session["machine"]
    return (
        f"- {', '.join(PARTS[part] for part in parts)}: measured {session['date']}, eventsim at {', '.join(commits)}; "
        f"{machine['processor']}, {machine['cores']} cores{f'; load {min(loads)} to {max(loads)}' if loads else ''}."
    )


def _row(figure):
    runs = figure["runs"]
    spread = f"{len(runs)} ({min(runs):.4g} to {max(runs):.4g})" if len(runs) > 1 else "1"
    return f"| {figure['name']} | {figure['value']:.4g} | {figure['unit']} | {spread} | {figure['checked']} |"


def _conditions(figures):
    """Under what the figures of a group were measured: a line for each machine, commit and date."""
    seen = {}
    for f in figures:
        m = f["machine"]
        text = (
            f"{f['date']}, eventsim {f['eventsim']} at {f['commit'] or 'an unknown commit'}, Python {f['python']}, NumPy {f['numpy']}, numba {f['numba']}; "
            f"{m['processor']}, {m['cores']} cores, {m['memory_gib']} GiB, {m['system']}; load before {m['load'][0]}"
        )
        seen.setdefault(text, []).append(f["name"])
    if len(seen) == 1:
        return [f"Measured {next(iter(seen))}."]
    return [f"- Measured {text}: {', '.join(names)}." for text, names in seen.items()]


if __name__ == "__main__":
    path = RESULTS / "README.md"
    path.write_text(page(latest()) + beside_others())
    print(path.read_text(), end="")
