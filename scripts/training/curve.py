#!/usr/bin/env python3
"""Draws a run's loss over its tokens, from its log, as an SVG that is readable on light and dark pages.

    python3 scripts/training/curve.py OUT/log.txt --to FILE.svg [--level 4.37 "first edition"]

The thin line is the training loss (sampled softmax, synthetic sequences among the text), averaged over what
the log has of each hundredth of the run; the points are the held-out losses of the lines that begin with
`==`. The standard library is enough.
"""

import argparse
import ast
import re
import sys
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 52, 96, 16, 44
LINE = 14  # of text
STRETCHES = 100
TICKS = 6

_STEP = re.compile(r"^step \d+  ([\d.]+)M tokens  loss ([\d.]+)")
_LOOK = re.compile(r"^== ([\d.]+)M tokens (\{[^}]*\})")
_DECAY = re.compile(r"^decay over [\d.]+M tokens")

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #444 }
.grid { stroke: #ddd } .axis { stroke: #888 } .training { fill: none; stroke: #999 }
.line { fill: none; stroke-width: 2 } .mark { stroke: #888; stroke-dasharray: 4 3 }
.line.val { stroke: #0b6bcb } text.val { fill: #0b6bcb }
.line.val2 { stroke: #b4540a } text.val2 { fill: #b4540a }
@media (prefers-color-scheme: dark) {
  text { fill: #ccc } .grid { stroke: #3a3a3a } .training { stroke: #777 }
  .line.val { stroke: #6ab0ff } text.val { fill: #6ab0ff }
  .line.val2 { stroke: #ffa657 } text.val2 { fill: #ffa657 }
}
"""


@dataclass
class Log:
    training: list = field(default_factory=list)  # (million tokens, nats)
    held_out: dict = field(default_factory=dict)  # {set: the same}
    decays: list = field(default_factory=list)  # million tokens at which one began

    def forget_after(self, tokens):
        """A run that went on from an older checkpoint did not keep what came after that."""
        self.training = [point for point in self.training if point[0] < tokens]
        self.held_out = {
            name: [point for point in points if point[0] < tokens] for name, points in self.held_out.items()
        }
        self.decays = [begin for begin in self.decays if begin <= tokens]


def read_log(lines):
    log, seen = Log(), 0.0
    for line in lines:
        if found := _STEP.match(line):
            tokens, loss = map(float, found.groups())
            if tokens <= seen:
                log.forget_after(tokens)
            log.training.append((tokens, loss))
            seen = tokens
        elif found := _LOOK.match(line):
            tokens = float(found.group(1))
            if tokens < seen:
                log.forget_after(tokens)
            for name, loss in ast.literal_eval(found.group(2)).items():
                log.held_out.setdefault(name, []).append((tokens, float(loss)))
            seen = tokens
        elif _DECAY.match(line):
            log.decays.append(seen)
    return log


def averaged(points, end):
    """One point for each hundredth of the run that has any."""
    stretches = {}
    for tokens, loss in points:
        stretches.setdefault(int(STRETCHES * tokens / end), []).append((tokens, loss))
    for _, found in sorted(stretches.items()):
        yield tuple(sum(values) / len(found) for values in zip(*found))


def round_step(span):
    """A step of 1, 2 or 5 times a power of ten that cuts `span` into at most TICKS."""
    power = 10.0 ** (len(str(int(span / TICKS))) - 1 if span >= TICKS else -2)
    steps = (factor * power * scale for scale in (0.1, 1, 10, 100) for factor in (1, 2, 5))
    return next(step for step in steps if span / step <= TICKS)


def ticks(begin, end):
    step = round_step(end - begin)
    first = int(begin / step + 0.999999)
    return [round(step * place, 6) for place in range(first, int(end / step + 1e-6) + 1)]


class Chart:
    def __init__(self, end, low, high):
        self.end, self.low, self.high = end, low, high
        self.parts = []

    def x(self, tokens):
        return LEFT + (WIDTH - LEFT - RIGHT) * tokens / self.end

    def y(self, loss):
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - loss) / (self.high - self.low)

    def line(self, kind, x1, y1, x2, y2):
        self.parts.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def text(self, x, y, words, anchor="start", kind=""):
        style = f' class="{kind}"' if kind else ""
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        self.parts.append(f"<text{style} {place}>{escape(words)}</text>")

    def path(self, kind, points):
        places = " ".join(f"{self.x(tokens):.1f},{self.y(loss):.1f}" for tokens, loss in points)
        self.parts.append(f'<polyline class="{kind}" points="{places}"/>')

    def labels(self, labels):
        """(loss, words, kind) at the right edge, from the top down, none on another."""
        place = 0.0
        for loss, words, kind in sorted(labels, key=lambda label: -label[0]):
            place = max(place + LINE, self.y(loss) + 4)
            self.text(WIDTH - RIGHT + 6, place, words, kind=kind)

    def axes(self):
        for loss in ticks(self.low, self.high):
            self.line("grid", LEFT, self.y(loss), WIDTH - RIGHT, self.y(loss))
            self.text(LEFT - 6, self.y(loss) + 4, f"{loss:g}", "end")
        self.line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM)
        for tokens in ticks(0, self.end):
            self.text(self.x(tokens), HEIGHT - BOTTOM + 18, f"{tokens:g}", "middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "million tokens seen", "middle")
        self.text(LEFT - 40, TOP - 2, "nats a token")

    def svg(self, title):
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{body}\n</svg>\n"
        )


def bounds(log, levels):
    """(tokens, least, largest loss) to draw. Raises ValueError where the log has no loss."""
    held_out = [point for points in log.held_out.values() for point in points]
    if not held_out or max(tokens for tokens, _ in held_out) <= 0:
        raise ValueError("the log has no line with a held-out loss after its start")
    end = max(tokens for tokens, _ in held_out + log.training)
    losses = [loss for _, loss in held_out] + [loss for _, loss in averaged(log.training, end)] + levels
    margin = 0.05 * (max(losses) - min(losses)) + 0.01
    return end, min(losses) - margin, max(losses) + margin


def draw(log, levels=()):
    """The SVG; `levels`: (loss, name) pairs of dashed lines."""
    end, low, high = bounds(log, [loss for loss, _ in levels])
    chart = Chart(end, low, high)
    chart.axes()
    for loss, _ in levels:
        chart.line("mark", LEFT, chart.y(loss), WIDTH - RIGHT, chart.y(loss))
    for begin in log.decays:
        chart.line("mark", chart.x(begin), TOP, chart.x(begin), HEIGHT - BOTTOM)
        chart.text(chart.x(begin) + 4, TOP + 10, "decay")
    if log.training:
        chart.path("training", averaged(log.training, end))
    last = {name: points[-1][1] for name, points in log.held_out.items()}
    for name, points in log.held_out.items():
        chart.path(f"line {name}", points)
    told = [f"{name} {loss:.2f}" for name, loss in last.items()]
    ends = [(loss, words, name) for (name, loss), words in zip(last.items(), told)]
    chart.labels(ends + [(loss, name, "") for loss, name in levels])
    return chart.svg(f"Loss over {end:.0f} million tokens: {', '.join(told)} nats a token at the end")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", metavar="LOG")
    parser.add_argument("--to", required=True, metavar="FILE.svg")
    parser.add_argument("--level", nargs=2, action="append", default=[], metavar=("LOSS", "NAME"))
    options = parser.parse_args(argv)
    try:
        with open(options.log, encoding="utf-8") as file:
            image = draw(read_log(file), [(float(loss), name) for loss, name in options.level])
        with open(options.to, "w", encoding="utf-8") as file:
            file.write(image)
    except (OSError, ValueError) as error:
        sys.exit(f"curve.py: {error}")


if __name__ == "__main__":
    main()
