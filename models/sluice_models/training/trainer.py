"""Trains a network by its plan, loss and source of examples. Everything random in step k is drawn from (seed, k) alone.

So a run that is stopped and resumed from a checkpoint continues exactly as if it had not been, with no generator state
to save, and ``--steps`` may grow or shrink between two starts: only the last fifth of the steps, where the learning rate
falls, depends on it. An optimiser that begins anew, at averaged weights out of a bundle, is warmed up as the first one was, and so is
the average.
"""

from __future__ import annotations

import copy
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from sluice_models.training.examples import Batch, Source
from sluice_models.training.losses import Loss

REPORT_EVERY = 50
Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class TrainingPlan:
    """``decay_share`` is the last part of the steps, over which the learning rate falls linearly to zero."""

    steps: int
    seed: int
    batch: int = 48
    learning_rate: float = 8e-4
    weight_decay: float = 0.0
    warmup_steps: int = 200
    decay_share: float = 0.2
    ema_decay: float = 0.999
    null_share: float = 0.15
    checkpoint_every: int = 250

    def learning_rate_at(self, step: int, begun: int = 0) -> float:
        """Linear warm-up from the step at which the optimiser begins, then constant, then linear decay; ``step`` counts from 0."""
        left = (self.steps - step) / max(1.0, self.decay_share * self.steps)
        return self.learning_rate * min(1.0, (step - begun + 1) / self.warmup_steps, left)


class Ema:
    """An exponential moving average of a network's parameters: decay min(decay, (1 + k)/(10 + k)) at step k of its optimiser."""

    def __init__(self, network: nn.Module, decay: float):
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay

    def update(self, network: nn.Module, step: int) -> None:
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), share)


def step_generator(seed: int, step: int) -> torch.Generator:
    """The one source of randomness of a training step."""
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


class Replicas:
    """A network and copies that share its parameters but not its gradients; each takes a part of every batch.

    On a busy CPU one single-threaded replica a core is far steadier than one network on all cores: cores then wait for
    each other once a step, not once an operation. The thread that calls ``gradients`` is the only one to touch the
    parameters; the pool's threads only read them.
    """

    def __init__(self, network: nn.Module, loss: Loss, count: int):
        self._networks = [network, *(_sharing_copy(network) for _ in range(count - 1))]
        self._loss = loss
        self._pool = ThreadPoolExecutor(count)

    def gradients(self, examples: Batch) -> dict[str, float]:
        """Leaves the batch's mean gradient in the first network; returns the mean of what the losses report."""
        parts = examples.split(len(self._networks))
        shares = [len(part.labels) / len(examples.labels) for part in parts]
        reports = list(self._pool.map(self._part_gradients, self._networks, parts, shares))
        first, *others = (_gradients(network) for network in self._networks)
        for other in others:
            torch._foreach_add_(first, other)
        return {name: sum(share * report[name] for share, report in zip(shares, reports)) for name in reports[0]}

    def _part_gradients(self, network: nn.Module, part: Batch, share: float) -> dict[str, float]:
        network.zero_grad(set_to_none=True)
        loss, report = self._loss(network, part)
        (loss * share).backward()
        return report


def _trained(network: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def _gradients(network: nn.Module) -> list[Tensor]:
    return [parameter.grad for parameter in _trained(network) if parameter.grad is not None]


def _sharing_copy(network: nn.Module) -> nn.Module:
    replica = copy.deepcopy(network)
    for mine, theirs in zip(replica.parameters(), network.parameters()):
        mine.data = theirs.data
    return replica


class Trainer:
    """One network, its average and its optimiser; knows how to take a step and how to be saved and restored.

    ``begun`` is the step at which the optimiser and the average began, 0 unless what came before is lost.
    """

    def __init__(self, network: nn.Module, loss: Loss, plan: TrainingPlan, source: Source, replicas: int = 1):
        self.network = network
        self.ema = Ema(network, plan.ema_decay)
        self.plan = plan
        self.step = 0
        self.begun = 0
        self._source = source
        self._replicas = Replicas(network, loss, replicas)
        self._optimiser = torch.optim.AdamW(_trained(network), weight_decay=plan.weight_decay)

    def advance(self) -> dict[str, float]:
        """One optimiser step; returns what to report about it."""
        for group in self._optimiser.param_groups:
            group["lr"] = self.plan.learning_rate_at(self.step, self.begun)
        report = self._replicas.gradients(self._source.batch(step_generator(self.plan.seed, self.step), self.plan.batch))
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self.step += 1
        self.ema.update(self.network, self.step - self.begun)
        return report

    def save(self, path: Path) -> None:
        """Writes the checkpoint beside ``path`` first, so that a kill never leaves half of one."""
        state = {
            "step": self.step,
            "begun": self.begun,
            "plan": asdict(self.plan),
            "network": self.network.state_dict(),
            "ema": self.ema.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def restore(self, path: Path) -> None:
        state = torch.load(path, map_location=next(self.network.parameters()).device, weights_only=True)
        if state["plan"]["seed"] != self.plan.seed:
            raise ValueError(f"{path} was trained with seed {state['plan']['seed']}, not {self.plan.seed}")
        self.step = state["step"]
        self.begun = state.get("begun", 0)
        self.network.load_state_dict(state["network"])
        self.ema.network.load_state_dict(state["ema"])
        self._optimiser.load_state_dict(state["optimiser"])


def run(trainer: Trainer, checkpoint: Path, on_checkpoint: Callable[[nn.Module, int], None] = lambda ema, step: None) -> None:
    """Trains to the plan's last step, resuming from ``checkpoint`` if it is there; prints rate, losses and time left.

    Asked to stop (SIGTERM, Ctrl-C), it finishes the step at hand, saves, and returns.
    """
    stop = _stop_request()
    if checkpoint.exists():
        trainer.restore(checkpoint)
        print(f"resumed {checkpoint} at step {trainer.step}", flush=True)
    sums: dict[str, float] = {}
    window_start, window_steps = time.monotonic(), 0
    while trainer.step < trainer.plan.steps and not stop.is_set():
        for name, value in trainer.advance().items():
            sums[name] = sums.get(name, 0.0) + value
        window_steps += 1
        if trainer.step % REPORT_EVERY == 0:
            rate = window_steps / (time.monotonic() - window_start)
            losses = "  ".join(f"{name} {total / window_steps:.4f}" for name, total in sums.items())
            minutes_left = (trainer.plan.steps - trainer.step) / rate / 60
            print(f"step {trainer.step}/{trainer.plan.steps}  {losses}  {rate:.2f} steps/s  {minutes_left:.1f} min left", flush=True)
            sums, window_start, window_steps = {}, time.monotonic(), 0
        if trainer.step % trainer.plan.checkpoint_every == 0:
            trainer.save(checkpoint)
            on_checkpoint(trainer.ema.network, trainer.step)
    trainer.save(checkpoint)
    print(f"stopped at step {trainer.step}", flush=True)


def _stop_request() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


def trained(network: Network, checkpoint: Path) -> tuple[Network, int]:
    """``network`` holding a checkpoint's averaged parameters, ready for use, and the steps it was trained for."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(state["ema"])
    return network.eval().requires_grad_(False), state["step"]


def begin_from(network: nn.Module, step: int, plan: TrainingPlan, checkpoint: Path) -> None:
    """Writes a checkpoint that goes on from averaged weights alone: their optimiser's state is not known and begins anew."""
    state = {
        "step": step,
        "begun": step,
        "plan": asdict(plan),
        "network": network.state_dict(),
        "ema": network.state_dict(),
        "optimiser": torch.optim.AdamW(_trained(network), weight_decay=plan.weight_decay).state_dict(),
    }
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, checkpoint)
