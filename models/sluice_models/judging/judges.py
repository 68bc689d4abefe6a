"""Judges of scenes: a network that reads the attributes of finished pictures, and how often they are what was asked for.

A judge never guides. It is trained on scenes of all combinations, so that it reads those that a generator was never
shown as well as the others.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.data.attributes import ATTRIBUTE_CLASSES, ATTRIBUTES, UNSAID
from sluice_models.data.picture_sets import PictureSet
from sluice_models.data.scenes import SIDE
from sluice_models.judging.evaluation import Rate
from sluice_models.networks.layers import GroupNorm32
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.training.examples import Examples, PictureSource, scaled
from sluice_models.training.losses import Network, attribute_loss
from sluice_models.training.trainer import Trainer, TrainingPlan

BATCH = 250
_WIDTHS = (24, 48, 72, 96)
_HIDDEN = 128
_GROUPS = 8

# What training adds to clean pictures, so that a sample's slight noise or softness is not mistaken for another shape.
_MOST_NOISE = 0.1
_SOFT_SHARE = 0.25


class SceneReader(nn.Module):
    """Pictures f32[N,3,64,64] in [-1,1] to the logits of every attribute side by side, f32[N,43], in the order of ``ATTRIBUTES``."""

    def __init__(self) -> None:
        super().__init__()
        first, *widths = _WIDTHS
        self.stages = nn.Sequential(_halving(3, first), *(layer for pair in zip(_WIDTHS, widths) for layer in _stage(*pair)))
        positions = (SIDE // 2 ** len(_WIDTHS)) ** 2
        self.hidden = nn.Linear(_WIDTHS[-1] * positions, _HIDDEN)
        self.heads = nn.Linear(_HIDDEN, sum(ATTRIBUTE_CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        return self.heads(F.silu(self.hidden(self.stages(x).flatten(1))))


def _halving(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width_in, width_out, 3, stride=2, padding=1), GroupNorm32(_GROUPS, width_out), nn.SiLU())


def _stage(width_in: int, width_out: int) -> tuple[nn.Module, nn.Module]:
    same = nn.Sequential(nn.Conv2d(width_in, width_in, 3, padding=1), GroupNorm32(_GROUPS, width_in), nn.SiLU())
    return same, _halving(width_in, width_out)


def reader_loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
    """``attribute_loss`` of what the network reads in disturbed pictures."""
    return attribute_loss(network(_disturbed(examples)), examples.labels)


def _disturbed(examples: Examples) -> Tensor:
    """Clean pictures with noise of up to ``_MOST_NOISE``, ``_SOFT_SHARE`` of them averaged over 3×3 pixels first."""
    coin = examples.coin[:, None, None, None]
    soft = F.avg_pool2d(F.pad(examples.x0, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return torch.where(coin < _SOFT_SHARE, soft, examples.x0) + _MOST_NOISE * coin * examples.eps


def judge_trainer(plan: TrainingPlan, pool: PictureSet, device: torch.device, replicas: int = 1) -> Trainer:
    torch.manual_seed(plan.seed)
    source = PictureSource(pool, Process(Schedule.cosine(), device), device)
    return Trainer(SceneReader().to(device), reader_loss, plan, source, replicas)


class JudgeModule(nn.Module):
    """(x f32[N,3,64,64], t i64[N], target i64[N]) to (log p f32[N], hit f32[N]): an auditor of finished pictures.

    target is ``attributes.target_code`` of what was asked for. log p sums over the attributes that it says; hit is 1 where
    all of those are right. Only clean pictures can be read, so t is not looked at.
    """

    def __init__(self, network: SceneReader):
        super().__init__()
        self.network = network
        self.classes = ATTRIBUTE_CLASSES
        self.radices = [count + 1 for count in ATTRIBUTE_CLASSES]

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            log_p = torch.zeros(len(x), dtype=x.dtype, device=x.device)
            hit = torch.ones(len(x), dtype=torch.bool, device=x.device)
            parts = self.network(x).split(self.classes, dim=1)
            left = target
            for reverse in range(len(parts)):
                part, radix = parts[len(parts) - 1 - reverse], self.radices[len(parts) - 1 - reverse]
                asked = left % radix - 1
                left = torch.div(left, radix, rounding_mode="floor")
                said = asked >= 0
                of_asked = F.log_softmax(part, dim=1).gather(1, asked.clamp(min=0)[:, None])[:, 0]
                log_p = log_p + torch.where(said, of_asked, torch.zeros_like(of_asked))
                hit = hit & (~said | (part.argmax(dim=1) == asked))
            return log_p, hit.to(x.dtype)

    @torch.jit.export  # type: ignore[untyped-decorator]
    def read(self, x: Tensor) -> Tensor:
        """The likeliest class of every attribute, i64[N,6]."""
        with torch.no_grad():
            parts = self.network(x).split(self.classes, dim=1)
            return torch.stack([part.argmax(dim=1) for part in parts], dim=1)


def read_attributes(judge: torch.jit.ScriptModule, pixels: Tensor) -> Tensor:
    """Labels i64[n,6] that ``judge`` finds in finished pictures u8[n,3,64,64]."""
    return torch.cat([judge.read(scaled(batch)) for batch in pixels.split(BATCH)])


def prompts_right(found: Tensor, asked: Tensor) -> Rate:
    """How many pictures have every attribute that was asked for; both i64[n,6], ``asked`` UNSAID where anything goes."""
    right = ((found == asked) | (asked == UNSAID)).all(dim=1)
    return Rate(int(right.sum()), len(right))


def attributes_right(found: Tensor, asked: Tensor) -> dict[str, Rate]:
    """The same for each attribute by itself, over the pictures whose prompts say it."""
    rates = {}
    for name, seen, wanted in zip(ATTRIBUTES, found.T, asked.T):
        said = wanted != UNSAID
        rates[name] = Rate(int((seen == wanted)[said].sum()), int(said.sum()))
    return rates
