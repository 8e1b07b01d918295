#!/usr/bin/env python3
"""Trains a small GPT-2 from scratch.

    python3 scripts/training/train.py --data DATA --out RUN --preset 19m --minutes 80

DATA holds train.bin and val.bin (see tokenize.mjs). RUN gets log.txt, checkpoint.pt and, at the end, export/ with
model.safetensors (F16), config.json and training.json. Creating the file RUN/stop ends the run early, --resume goes on
from the checkpoint. PyTorch 1.13 or later; bfloat16 products on a CPU, and on a GPU with --device cuda.
"""

import argparse
import contextlib
import json
import math
import os
import time
from dataclasses import asdict, dataclass, field

import torch

from gpt2.checkpoint import export
from gpt2.model import GPT2, Shape
from gpt2.samples import PROMPTS, continuation, load_decoder
from gpt2.schedule import Plan, progress, step_at
from gpt2.tokens import Batches, load_tokens, spread_windows

PRESETS = {"19m": Shape(8, 8, 256), "24m": Shape(8, 10, 320), "33m": Shape(8, 12, 384), "tiny": Shape(2, 2, 64)}
WEIGHT_DECAY, BETAS, CLIP = 0.1, (0.9, 0.98), 1.0
LOG_EVERY, EVALUATE_MINUTES, SAVE_MINUTES = 10, 5, 10
EVALUATION_TOKENS = 65536


@dataclass
class Progress:
    """What a checkpoint keeps of the run."""

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    epochs: float = 0.0
    history: list = field(default_factory=list)  # [step, seconds, validation loss]


class Run:
    """A run owns its model, optimiser, data and log."""

    def __init__(self, arguments, plan):
        self.folder, self.device, self.plan = arguments.out, arguments.device, plan
        self.micro_tokens = arguments.micro_tokens
        self.state = Progress()
        torch.manual_seed(arguments.seed)
        self.model = GPT2(PRESETS[arguments.preset], arguments.seed).to(self.device)
        self.loss = torch.compile(self.model.loss, dynamic=False) if arguments.compile else self.model.loss
        matrices = [p for p in self.model.parameters() if p.dim() == 2]
        vectors = [p for p in self.model.parameters() if p.dim() < 2]
        groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=plan.peak_rate, betas=BETAS, eps=1e-8)
        self.validation = load_tokens(os.path.join(arguments.data, "val.bin"))
        self.batches = Batches(load_tokens(os.path.join(arguments.data, "train.bin")), arguments.seed)
        self.decode = load_decoder(arguments.data)
        self.seed = arguments.seed
        os.makedirs(self.folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def log(self, text):
        print(text, flush=True)
        with open(self.path("log.txt"), "a", encoding="utf-8") as file:
            file.write(text + "\n")

    def save(self):
        self.state.epochs = self.batches.epochs
        content = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(content, self.path("checkpoint.pt.part"))
        os.replace(self.path("checkpoint.pt.part"), self.path("checkpoint.pt"))

    def resume(self):
        content = torch.load(self.path("checkpoint.pt"), map_location=self.device)
        self.model.load_state_dict(content["model"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.state = Progress(**content["state"])
        # The queues of windows are not kept: another seed keeps the run from seeing the first ones again.
        self.batches = Batches(self.batches.tokens, self.seed + self.state.step)
        self.batches.epochs = self.state.epochs
        self.log(f"goes on from step {self.state.step}, {self.state.seconds / 60:.1f} minutes")

    def to_device(self, *arrays):
        return [torch.from_numpy(array).to(self.device) for array in arrays]

    @torch.no_grad()
    def evaluate(self, context, tokens):
        """Mean cross entropy in nats over at most `tokens` held-out tokens."""
        inputs, targets = spread_windows(self.validation, max(1, tokens // context), context)
        size, total = max(1, self.micro_tokens // context), 0.0
        for begin in range(0, len(inputs), size):
            part = self.to_device(inputs[begin : begin + size], targets[begin : begin + size])
            total += float(self.model.loss(*part)) * len(part[0])
        return total / len(inputs)

    def take_step(self, step):
        """One update; returns the loss before it and the gradient's norm."""
        for group in self.optimizer.param_groups:
            group["lr"] = step.rate
        inputs, targets = self.to_device(*self.batches.draw(step.sequences, step.context))
        size, loss = max(1, self.micro_tokens // step.context), 0.0
        for begin in range(0, step.sequences, size):
            part = inputs[begin : begin + size], targets[begin : begin + size]
            share = self.loss(*part) * (len(part[0]) / step.sequences)
            share.backward()
            loss += float(share.detach())
        norm = float(torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP))
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.state.step += 1
        self.state.tokens += step.sequences * step.context
        return loss, norm

    def show(self):
        loss = self.evaluate(self.plan.context, EVALUATION_TOKENS)
        self.state.history.append([self.state.step, self.state.seconds, loss])
        self.log(f"== step {self.state.step}: validation loss {loss:.4f} (context {self.plan.context})")
        for prompt in PROMPTS:
            if max(prompt) < self.model.shape.vocabulary:
                self.log("   > " + self.decode(continuation(self.model, prompt, 40)).replace("\n", "\\n"))

    def train(self):
        """Steps until the plan ends; False when the gradient was no longer finite."""
        begin = time.time() - self.state.seconds
        shown = saved = self.state.seconds
        while not os.path.exists(self.path("stop")):
            self.state.seconds = time.time() - begin
            done = progress(self.plan, self.state.step, self.state.seconds)
            if done >= 1.0:
                break
            step = step_at(self.plan, self.state.step, done)
            loss, norm = self.take_step(step)
            if not math.isfinite(norm):
                self.log(f"step {self.state.step}: the gradient is not finite, stopping")
                return False
            if self.state.step % LOG_EVERY == 0:
                self.log(
                    f"step {self.state.step}  {self.state.seconds / 60:.2f} min  loss {loss:.4f}  "
                    f"rate {step.rate:.2e}  norm {norm:.2f}  {self.state.tokens / 1e6:.2f}M tokens  "
                    f"epoch {self.batches.epochs:.2f}{'  final' if step.final else ''}"
                )
            if self.state.seconds - shown > EVALUATE_MINUTES * 60:
                self.show()
                shown = self.state.seconds
            if self.state.seconds - saved > SAVE_MINUTES * 60:
                self.save()
                saved = self.state.seconds
        return True

    def finish(self):
        self.save()
        contexts = sorted({self.plan.context, self.plan.long_context})
        losses = {str(context): self.evaluate(context, 10**9) for context in contexts}
        report = {"validation_loss_by_context": losses, **asdict(self.state), "plan": asdict(self.plan)}
        export(self.model, self.path("export"), report)
        self.log("finished: " + json.dumps(losses))
        return report


def read_arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data")
    parser.add_argument("--out", default="run")
    parser.add_argument("--preset", choices=PRESETS, default="19m")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--compile", action="store_true", help="torch.compile (PyTorch 2)")
    parser.add_argument("--micro-tokens", type=int, default=4096, help="tokens whose gradient is formed at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = parser.parse_args(argv)
    plan = Plan(**{name: getattr(arguments, name) for name in asdict(Plan())})
    longest = max(plan.context, plan.long_context)
    positions = PRESETS[arguments.preset].positions
    if longest > positions:
        parser.error(f"a context of {longest} is beyond the model's {positions} positions")
    return arguments, plan


def main(argv=None):
    arguments, plan = read_arguments(argv)
    run = Run(arguments, plan)
    if arguments.resume:
        with contextlib.suppress(FileNotFoundError):
            run.resume()
    run.log(f"torch {torch.__version__} on {arguments.device}: {json.dumps(vars(arguments))}")
    if not run.train():
        raise SystemExit(1)
    run.finish()


if __name__ == "__main__":
    main()
