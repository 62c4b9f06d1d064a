"""The latest results as a Markdown page: benchmarks/results/README.md."""

import json

from .against.tables import tables
from .harness import RESULTS

GROUPS = ("network", "memory", "micro", "startup")


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
        lines += ["", f"## {group.capitalize()}", "", "| | median | unit | runs | checked before |", "| --- | ---: | --- | --- | --- |"]
        lines += [_row(f) for f in figures.values()]
        lines += ["", *_conditions(figures.values())]
    return "\n".join(lines) + "\n"


def beside_others():
    """The newest comparison with other simulators, as a section of the page."""
    path = max(RESULTS.glob("*-against.json"), default=None)
    if path is None:
        return ""
    result = json.loads(path.read_text())
    entries = [e for part in ("networks", "sweep") for e in result.get(part, [])]
    loads, commits = ([e["measured"][key] for e in entries] for key in ("load", "commit"))
    m = result["machine"]
    told = f"Measured {result['date']}, eventsim at {', '.join(sorted(set(commits)))}; {m['processor']}, {m['cores']} cores; load {min(loads)} to {max(loads)}."
    return f"\n## Beside other simulators\n\nHow: [against/README.md](../against/README.md).\n{tables(result)}\n{told}\n"


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
