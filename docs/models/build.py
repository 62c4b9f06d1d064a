# ruff: noqa: T201  (a script: it says what it writes)
"""Write the pages of the neuron models, docs/models/*.md, from the models themselves, and draw their pictures.

python docs/models/build.py            # all of it; the first time compiles every model, some minutes
python docs/models/build.py LIF QIF    # all texts, the pictures of these
python docs/models/build.py --text     # no pictures
"""

import argparse
import re
from pathlib import Path

from model_pages import PAGES

from eventsim.audit.membranes import membrane_class

HERE = Path(__file__).parent
NOTE = "<!-- Written by docs/models/build.py from the model itself: edit there. -->"


def prose(documentation):
    """The docstring of a model as Markdown: indented paragraphs are equations, exactness and source get headings."""
    parts = []
    for paragraph in documentation.strip().split("\n\n"):
        lines = paragraph.splitlines()
        if all(line.startswith("    ") for line in lines):
            parts.append("\n".join(["```", *(line[4:] for line in lines), "```"]))
        elif lines[0] == "Source":
            source = "\n".join(line.strip() for line in lines[1:])
            parts.append("## Source\n\n" + re.sub(r"doi (10\.\S+?)(?=[,;.]?(\s|$))", r"[doi \1](https://doi.org/\1)", source))
        else:
            heading = "## Exactness\n\n" if lines[0].startswith("Exactness class:") else ""
            parts.append(heading + re.sub(r"\*", r"\\*", paragraph))
    return parts


def parameter_table(page):
    """Name, unit, range, and the default of each variant."""
    models = [page.model(k) for k in range(len(page.options))]
    names = list(dict.fromkeys(p.name for model in models for p in model.parameters))
    if "tolerance" in names:
        names = [name for name in names if name != "tolerance"] + ["tolerance"]
    heads = ["default"] if len(models) == 1 else [f"default of `{page.call(k)}`" for k in range(len(models))]
    lines = [f"| parameter | unit | range | {' | '.join(heads)} |", "| --- | --- | --- |" + " ---: |" * len(models)]
    for name in names:
        given = [next((p for p in model.parameters if p.name == name), None) for model in models]
        one = next(p for p in given if p is not None)
        defaults = " | ".join("-" if p is None else f"{p.default:g}" for p in given)
        lines.append(f"| `{name}` | {one.unit or '-'} | {one.describe_range()} | {defaults} |")
    return "\n".join(lines)


def orders(model):
    """Which parameters must be smaller than which."""
    return f" Required: {', '.join(f'`{a} < {b}`' for a, b in model.ordered)}." if model.ordered else ""


def facts(page):
    """Variables, receptors and what runs them."""
    lines = []
    for k in range(len(page.options)):
        model = page.model(k)
        receptors = ", ".join(f"`{port}`" for port in model.ports)
        variables = ", ".join(f"`{name}`" for name in model.variables)
        lines.append(f"- `{page.call(k)}`: variables {variables}; receptors {receptors}; weights in {model.weight_unit}.")
    return "\n".join([*lines, f"- Engine: {engines(page)}. Audit: {audited(page)}."])


def engines(page):
    """The fast engines that take the model; the reference takes every one."""
    return "windowed or sequential" if page.model().membrane is not None else "sequential"


def audited(page):
    """Whether `Simulator(audit=...)` can replay the model."""
    return "yes" if membrane_class(page.model()) is not None else "no"


def caption(page):
    """What the picture shows."""
    below = "spikes are marked above the threshold (dashed)"
    arrivals = "; dotted: arrivals of single spikes" if page.weights else ""
    curve = ", the line theory" if page.rate is not None else ""
    return f"*Left: a constant current from rest on, exact samples; {below}{arrivals}. Right: f-I curve, dots simulated{curve}.*"


def text(page):
    """The page."""
    title, *rest = prose(page.model().documentation)
    parts = [
        f"# {page.name}",
        NOTE,
        title,
        f"![Response to a constant current, and f-I curve]({page.name}.png)",
        caption(page),
        *rest,
        "## Parameters",
        parameter_table(page),
        f"Each a number, an array of length n or a distribution.{orders(page.model())}",
        facts(page),
        "[All models](README.md)",
    ]
    return "\n\n".join(parts) + "\n"


def index():
    """The table of all models."""
    lines = [
        "# Neuron models",
        "",
        NOTE,
        "",
        "| model | what it is | class | crossing or method | weights | engine | audit |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for page in PAGES:
        models = [page.model(k) for k in range(len(page.options))]
        units = " or ".join(dict.fromkeys(model.weight_unit for model in models))
        summary = models[0].documentation.split("\n")[0].rstrip(".")
        row = (f"[{page.name}]({page.name}.md)", summary, models[0].exactness, page.method, units, engines(page), audited(page))
        lines.append(f"| {' | '.join(row)} |")
    lines += [
        "",
        "*Exact*: the state has a closed form between events, and the first crossing is found to the last few bits. *Bounded*: integrated from event to event with an error of `tolerance` a step.",
        "[The specification](../semantics.md#exactness-classes) says what is promised. The reference engine takes every model. A model of your own: [tutorial](../tutorial_own_model.md). Names in other",
        "simulators: [names](../names.md).",
    ]
    return "\n".join(lines) + "\n"


def texts():
    """What belongs into each file of this folder, {name: text}."""
    return {"README.md": index(), **{f"{page.name}.md": text(page) for page in PAGES}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="MODEL", help="whose pictures to draw (default: all)")
    parser.add_argument("--text", action="store_true", help="draw nothing")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {page.name for page in PAGES}
    if unknown:
        parser.error(f"no page for {', '.join(sorted(unknown))}; there are {', '.join(page.name for page in PAGES)}")
    for name, content in texts().items():
        (HERE / name).write_text(content, encoding="utf-8")
    if not arguments.text:
        from model_pictures import draw

        for page in PAGES:
            if not arguments.names or page.name in arguments.names:
                draw(page)
                print(HERE / f"{page.name}.png", flush=True)


if __name__ == "__main__":
    main()
