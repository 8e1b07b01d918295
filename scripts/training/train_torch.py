#!/usr/bin/env python3
"""Trains the same GPT-2 with PyTorch on a GPU: the recipe of train.py, in one sitting of minutes.

    python3 scripts/training/train_torch.py --data DATA --out OUT --tokens 400 [--start-from MODEL]

Muon and AdamW, synthetic sequences, constant rates and a decay over the last part, as train.py; the full
softmax; bf16 products, all else F32. OUT gets log.txt and export/. PyTorch 1.13 or later.
"""

import argparse
import json
import os
import sys
import time

import numpy as np
import torch

import train
from gpt2 import tokens
from gpt2.evaluation import describe_heads, sample_lines
from gpt2.huggingface import export, load
from gpt2.parameters import Parameters, filled, spread
from gpt2.samples import load_decoder
from gpt2.schedule import Decay, context_at, rate_share, synthetic_share
from gpt2.shape import read_shape
from gpt2.torch_model import GPT2
from gpt2.torch_muon import Muon

BETAS, EPSILON, DECAY, CLIP = (0.9, 0.98), 1e-8, 0.1, 1.0


def optimisers(model, plan):
    """[Muon for the blocks' matrices, AdamW for the rest]."""
    matrices, thirds, others = [], [], []
    for name in model.names:
        tensor = model.tensor(name)
        if not name.startswith("h.") or tensor.dim() < 2:
            others.append(tensor)
        else:
            (thirds if "c_attn" in name else matrices).append(tensor)
    muon = Muon(matrices, thirds, plan.muon_rate, weight_decay=DECAY)
    adam = torch.optim.AdamW(others, lr=plan.adam_rate, betas=BETAS, eps=EPSILON, weight_decay=0.0)
    return [muon, adam]


class Run:
    def __init__(self, options, plan):
        self.options, self.plan, self.device = options, plan, options.device
        self.shape = read_shape(options.shape, options.positions)
        self.model = GPT2(self.shape, options.seed).to(self.device)
        if options.start_from:
            self.start_from(options.start_from)
        self.loss = torch.compile(self.model.loss, dynamic=False) if options.compile else self.model.loss
        self.optimisers = optimisers(self.model, plan)
        self.base_rates = [plan.muon_rate, plan.adam_rate]
        text = tokens.load_tokens(options.data, "train")
        counts = tokens.token_counts(options.data, text)
        self.batches = tokens.Batches(text, counts, options.seed, self.shape.positions)
        self.validation = tokens.held_out(options.data)
        self.decode = load_decoder(options.data)
        self.step = self.seen = 0
        self.total = options.tokens * 1e6
        self.history = []
        os.makedirs(options.out, exist_ok=True)

    def start_from(self, folder):
        parameters = load(folder)
        if parameters.shape != self.shape:
            start, parameters = parameters, Parameters(self.shape, self.options.seed)
            spread(parameters, start.tensors())
        self.model.fill(parameters)

    def log(self, line):
        print(line, flush=True)
        with open(os.path.join(self.options.out, "log.txt"), "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def tensors(self, *arrays):
        return [torch.from_numpy(array.astype(np.int64)).to(self.device) for array in arrays]

    @property
    def decay(self):
        begin = self.total * (1 - self.options.decay_share)
        return Decay(begin, self.total - begin) if self.seen >= begin else None

    def micro_batches(self, inputs, targets):
        size = max(1, self.options.micro_tokens // inputs.shape[1])
        for begin in range(0, len(inputs), size):
            yield inputs[begin : begin + size], targets[begin : begin + size]

    def take_step(self):
        """The loss before the step and the gradient's norm."""
        context = context_at(self.plan, self.step, self.shape.positions)
        share = synthetic_share(self.plan, self.seen, self.decay)
        windows = max(1, self.plan.batch_tokens // self.shape.positions)
        inputs, targets = self.tensors(*self.batches.draw(windows, context, self.step, share))
        counted, loss = int((targets >= 0).sum()), 0.0
        for part in self.micro_batches(inputs, targets):
            part_loss = self.loss(*part) / counted
            part_loss.backward()
            loss += float(part_loss.detach())
        norm = self.move()
        self.step += 1
        self.seen += inputs.numel()
        return loss, norm

    def move(self):
        rate = rate_share(self.plan, self.step, self.seen, self.decay)
        muon, adam = self.optimisers
        everything = list(self.model.parameters())
        norm = float(torch.sqrt(sum((p.grad.double() ** 2).sum() for p in everything)))
        if np.isfinite(norm):
            # As in train.py the norm is that of all, and Muon's updates have a length of their own.
            for p in adam.param_groups[0]["params"]:
                p.grad.mul_(min(1.0, CLIP / (norm + 1e-12)))
            for optimiser, base in zip(self.optimisers, self.base_rates):
                for group in optimiser.param_groups:
                    group["lr"] = base * rate
                optimiser.step()
        self.model.zero_grad(set_to_none=True)
        return norm

    @torch.no_grad()
    def held_out_loss(self, text):
        positions = self.shape.positions
        windows = tokens.spread_windows(text, max(1, self.options.evaluate_tokens // positions), positions)
        inputs, targets = self.tensors(*windows)
        total = sum(float(self.model.loss(*part)) for part in self.micro_batches(inputs, targets))
        return round(total / targets.numel(), 4)

    def parameters(self):
        return filled(self.shape, self.model.tensors())

    def look(self):
        losses = {name: self.held_out_loss(text) for name, text in self.validation.items()}
        heads, induction, previous = describe_heads(self.parameters())
        self.history.append([self.seen, losses, round(induction, 3), round(previous, 3)])
        self.log(f"== {self.seen / 1e6:.2f}M tokens {losses} {heads}")
        random = np.random.default_rng(self.step)
        for line in sample_lines(self.model.next_logits, self.decode, self.shape.vocabulary, random):
            self.log(line)

    def train(self):
        begin = time.time()
        every = self.options.evaluate_every * 1e6
        next_look, overflows = every, 0
        while self.seen < self.total:
            loss, norm = self.take_step()
            overflows += not np.isfinite(norm)
            if overflows >= train.MOST_OVERFLOWS:
                raise FloatingPointError(f"{overflows} steps overflowed: lower the rates")
            if self.step % self.options.log_every == 0:
                seconds = time.time() - begin
                self.log(
                    f"step {self.step}  {self.seen / 1e6:.2f}M tokens  loss {loss:.4f}  gnorm {norm:.2f}  "
                    f"{self.seen / seconds:.0f} tok/s"
                )
            if self.seen >= next_look:
                self.look()
                next_look += every
        self.look()
        report = {"step": self.step, "tokens": self.seen, "history": self.history}
        folder = os.path.join(self.options.out, "export")
        export(self.shape, self.model.tensors(), folder, {**report, "arguments": vars(self.options)})


def read_arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", default=".")
    add("--out", required=True)
    add("--start-from", metavar="MODEL", help="folder of model.safetensors and config.json")
    add("--shape", default="12x8x256")
    add("--positions", type=int, default=512)
    add("--tokens", type=float, default=400, help="million tokens in all")
    add("--decay-share", type=float, default=0.2, help="of them the rates fall over this share, the last")
    add("--device", default="cuda")
    add("--compile", action="store_true", help="torch.compile (PyTorch 2)")
    add("--micro-tokens", type=int, default=32768, help="tokens whose gradient is formed at a time")
    add("--evaluate-every", type=float, default=20, help="million tokens")
    add("--evaluate-tokens", type=int, default=65536)
    add("--log-every", type=int, default=20, help="steps")
    add("--seed", type=int, default=1)
    train.add_plan_options(parser)
    # A GPU wants larger steps.
    parser.set_defaults(batch_tokens=131072)
    options = parser.parse_args(argv)
    return options, train.read_plan(options)


def main(argv=None):
    try:
        run = Run(*read_arguments(argv))
    except (OSError, ValueError) as error:
        sys.exit(f"train_torch.py: {error}")
    run.log(f"torch {torch.__version__} on {run.device}: {json.dumps(vars(run.options))}")
    run.train()


if __name__ == "__main__":
    main()
