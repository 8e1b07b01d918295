#!/usr/bin/env python3
"""Trains a small GPT-2 on a processor, in the background, in as many sittings as one likes.

    python3 scripts/training/train.py --data DATA --out OUT [--start-from model.safetensors]

DATA holds train.bin, val.bin and val2.bin (or .bin.xz) and vocab.json; OUT gets log.txt, checkpoints and
exports. The same command starts a run and goes on with it. Everything counts tokens, not time. Needs NumPy
and g++ (Debian: python3-numpy, g++). README.md beside this file says how to pause, stop, decay, average and
export.
"""

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import asdict

# Before NumPy and the kernels are loaded: threads that wait do not take what other programs want.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gpt2 import background, checkpoints, evaluation, kernels, tokens
from gpt2.huggingface import export, load_tensors
from gpt2.model import next_logits
from gpt2.parameters import Parameters, spread
from gpt2.samples import load_decoder
from gpt2.schedule import Decay, Plan, context_at, default_decay, rate_share, synthetic_share
from gpt2.shape import read_shape

MOST_OVERFLOWS = 50
LOG_SECONDS = 60
NEW_STATE = {
    "step": 0,
    "tokens": 0,
    "seconds": 0.0,  # of training, over all sittings
    "adam_step": 0,  # since AdamW's moments began
    "warm": 0,
    "decay": None,  # [tokens seen at its start, its tokens]
    "history": [],  # [tokens, seconds, {set: loss}, best induction score, best previous-token score]
    "bad": 0,  # steps left out because the gradient was not finite
    "epoch": 0,
    "pos": 0,  # windows of the epoch that were drawn
}


class Pace:
    """What happened since the last line of the log."""

    def __init__(self):
        self.restart()

    def restart(self):
        self.begin, self.processor = time.time(), time.process_time()
        self.losses, self.tokens = [], 0

    def add(self, loss, count):
        self.losses.append(loss)
        self.tokens += count

    @property
    def seconds(self):
        return time.time() - self.begin

    def describe(self):
        used = max(1e-9, time.process_time() - self.processor)
        return f"{self.tokens / self.seconds:.0f} tok/s  {self.tokens / used:.0f} tok/CPU-s"


class Run:
    """A run owns its parameters, kernels, batches, state and log."""

    def __init__(self, options, plan):
        self.options, self.plan, self.folder = options, plan, options.out
        self.log_file = open(self.path("log.txt"), "a", encoding="utf-8")
        self.parameters = Parameters(read_shape(options.shape, options.positions), options.seed)
        self.shape = self.parameters.shape
        self.text = tokens.load_tokens(options.data, "train")
        self.validation = tokens.held_out(options.data)
        counts = tokens.token_counts(options.data, self.text)
        build = options.build or kernels.choose(self.log)
        self.kernels = kernels.Kernels(self.parameters, build, options.threads)
        self.softmax = kernels.SampledSoftmax(counts, seed=options.seed)
        self.batches = tokens.Batches(self.text, counts, options.seed, self.shape.positions)
        self.decode = load_decoder(options.data)
        self.state = dict(NEW_STATE, history=[])
        self.pace = Pace()

    def path(self, name):
        return os.path.join(self.folder, name)

    def log(self, *words):
        line = " ".join(map(str, words))
        print(line, flush=True)
        self.log_file.write(line + "\n")
        self.log_file.flush()

    @property
    def moments(self):
        return self.kernels.mean, self.kernels.square

    @property
    def decay(self):
        return Decay(*self.state["decay"]) if self.state["decay"] else None

    def begin(self):
        """Goes on from the newest checkpoint, or starts."""
        with_muon = not self.options.adam_only
        path, checkpoint = checkpoints.newest(self.folder, self.log)
        if checkpoint:
            self.state.update(checkpoints.restore(checkpoint, self.parameters, *self.moments, with_muon))
            self.batches.windows.go_to(self.state["epoch"], self.state["pos"])
            self.log("resumed from", path, "at step", self.state["step"])
        elif self.options.start_from:
            places = spread(self.parameters, load_tensors(self.options.start_from))
            self.log("started from", self.options.start_from, "blocks at", places)
        self.log(
            f"{time.strftime('%F %T')} build {self.kernels.name} shape {self.shape} parameters "
            f"{self.parameters.count} train tokens {len(self.text)} {json.dumps(vars(self.options))}"
        )

    def save(self):
        windows = self.batches.windows
        self.state.update(epoch=windows.epoch, pos=windows.position)
        checkpoints.save(
            self.folder, self.parameters, *self.moments, self.state, not self.options.adam_only
        )

    def look(self, most, with_samples=True):
        """Logs the losses on held-out text, the best heads and some samples."""
        losses = evaluation.held_out_losses(self.kernels, self.validation, most)
        heads, induction, previous = evaluation.describe_heads(self.parameters)
        seen = self.state["tokens"]
        scores = [round(induction, 3), round(previous, 3)]
        self.state["history"].append([seen, round(self.state["seconds"]), losses, *scores])
        self.log(f"== {seen / 1e6:.2f}M tokens {losses} {heads}")
        if with_samples:
            random = np.random.default_rng(self.state["step"])
            vocabulary = self.shape.vocabulary

            def logits(ids):
                return next_logits(self.parameters, ids)

            for line in evaluation.sample_lines(logits, self.decode, vocabulary, random):
                self.log(line)
        self.pace.restart()

    def begin_decay_if_asked(self):
        """By --decay or a file OUT/decay with a number of million tokens."""
        asked = self.path("decay")
        if self.state["decay"] or not (self.options.decay or os.path.exists(asked)):
            return
        millions = self.options.decay
        if not millions:
            with open(asked, encoding="ascii") as file:
                millions = float(file.read() or 0)
        length = millions * 1e6 if millions else default_decay(self.state["tokens"])
        if self.state["step"]:
            self.save()
            # From here the run can go on at the full rate, in a folder of its own.
            shutil.copyfile(self.path(checkpoints.NAME), self.path("before_decay.npz"))
        self.state["decay"] = [self.state["tokens"], length]
        self.log(f"decay over {length / 1e6:.1f}M tokens")

    def rates(self):
        share = rate_share(self.plan, self.state["warm"], self.state["tokens"], self.decay)
        options = self.options
        return share, kernels.Rates(
            adam=self.plan.adam_rate * share,
            muon=self.plan.muon_rate * share,
            step=self.state["adam_step"] + 1,
            with_muon=not options.adam_only,
        )

    def take_step(self):
        state, plan = self.state, self.plan
        context = context_at(plan, state["step"], self.shape.positions)
        synthetic = synthetic_share(plan, state["tokens"], self.decay)
        windows = max(1, plan.batch_tokens // self.shape.positions)
        inputs, targets = self.batches.draw(windows, context, state["step"], synthetic)
        share, rates = self.rates()
        chosen = None if self.options.full_softmax else self.softmax.draw()
        loss, norm = self.kernels.step(inputs, targets, rates, chosen)
        if not np.isfinite(norm):
            state["bad"] += 1
            self.log(f"step {state['step']} skipped: overflow")
            if state["bad"] >= MOST_OVERFLOWS:
                raise FloatingPointError(f"{state['bad']} steps overflowed: lower the rates")
        for counter in ("step", "adam_step", "warm"):
            state[counter] += 1
        state["tokens"] += inputs.size
        self.pace.add(loss, inputs.size)
        if self.pace.seconds > LOG_SECONDS or self.options.log_steps:
            self.log_step(share, norm)

    def log_step(self, share, norm):
        state, windows = self.state, self.batches.windows
        state["seconds"] += self.pace.seconds
        self.log(
            f"step {state['step']}  {state['tokens'] / 1e6:.2f}M tokens  loss {np.mean(self.pace.losses):.4f}  "
            f"rate {share:.2f}  gnorm {norm:.2f}  {self.pace.describe()}  "
            f"epoch {windows.epoch}+{windows.share:.2f}  {state['seconds'] / 3600:.1f} h"
        )
        self.pace.restart()

    def over(self):
        """Whether the decay has come to its end."""
        return self.decay is not None and self.decay.left(self.state["tokens"]) <= 0

    def train(self, stop):
        """Steps until the decay is over, the sitting is, or `stop` is true."""
        options, state = self.options, self.state
        begin = saved = time.time()
        looks = options.evaluate_every * 1e6
        next_look = (state["tokens"] // looks + 1) * looks
        next_keep = (state["tokens"] // (options.keep_every * 1e6) + 1) * options.keep_every * 1e6
        if state["step"] == 0:
            self.look(options.evaluate_tokens, with_samples=False)
        while not stop:
            self.begin_decay_if_asked()
            sitting = time.time() - begin
            if self.over() or state["tokens"] >= options.stop * 1e6 or sitting > options.minutes * 60:
                break
            self.take_step()
            if state["tokens"] >= next_look:
                self.look(options.evaluate_tokens)
                next_look += looks
            if state["tokens"] >= next_keep:
                checkpoints.keep_weights(self.folder, self.parameters, state, options.keep)
                next_keep += options.keep_every * 1e6
            if time.time() - saved > options.save_minutes * 60:
                self.save()
                saved = time.time()

    def finish(self):
        """The last checkpoint and an export: OUT/export of a run that is over, else OUT/export_latest."""
        done = self.over()
        if done:
            self.look(10**9)
        self.save()
        folder = self.path("export" if done else "export_latest")
        export(self.shape, self.parameters.tensors(), folder, report(self.state, vars(self.options)))
        self.log("finished" if done else "stopped", f"at {self.state['tokens'] / 1e6:.2f}M tokens")
        self.kernels.close()
        self.log_file.close()


def report(state, options=None):
    """What an export says of its run."""
    told = {name: state[name] for name in ("step", "tokens", "seconds", "history", "decay")}
    return {**told, "arguments": options}


def add_plan_options(parser):
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)


def read_plan(options):
    return Plan(**{name: getattr(options, name) for name in asdict(Plan())})


def read_arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", default=".", help="folder of the token files")
    add("--out", required=True, help="folder of the run")
    add("--start-from", metavar="FILE", help="model.safetensors to start from where OUT has no checkpoint")
    add("--shape", default="12x8x256", help="layers x heads x channels")
    add("--positions", type=int, default=512)
    add("--adam-only", action="store_true", help="AdamW for the matrices too")
    add("--full-softmax", action="store_true", help="instead of the sampled one")
    add("--decay", type=float, help="start the final part, over this many million tokens")
    add("--stop", type=float, default=1e9, help="stop at this many million tokens")
    add("--minutes", type=float, default=1e9, help="stop this sitting after so many minutes")
    add("--evaluate-every", type=float, default=2.0, help="million tokens")
    add("--evaluate-tokens", type=int, default=32768)
    add("--save-minutes", type=float, default=5)
    add("--keep-every", type=float, default=2.0, help="million tokens between weights kept for averaging")
    add("--keep", type=int, default=8, help="how many of them, 45 MB each for 12x8x256")
    add("--threads", type=int, default=2)
    add("--build", choices=kernels.BUILDS, help="instead of the fastest that this processor runs")
    add("--seed", type=int, default=1)
    add("--not-idle", action="store_true", help="at ordinary priority")
    add("--log-steps", action="store_true", help="a line for every step, not one a minute")
    add_plan_options(parser)
    options = parser.parse_args(argv)
    plan = read_plan(options)
    for context in {plan.context, options.positions}:
        if context < tokens.LEAST_CONTEXT or context % 32 or options.positions % context:
            parser.error(f"a context of {context} is not 64 or more, a multiple of 32, a part of --positions")
    return options, plan


def main(argv=None):
    options, plan = read_arguments(argv)
    if not options.not_idle:
        background.take_idle_priority()
    os.makedirs(options.out, exist_ok=True)
    try:
        lock = background.lock(options.out)
        run = Run(options, plan)
        run.begin()
    except (OSError, ValueError, checkpoints.WrongShape, kernels.Unusable) as error:
        sys.exit(f"train.py: {error}")
    with lock:
        run.train(background.StopRequest())
        run.finish()


if __name__ == "__main__":
    main()
