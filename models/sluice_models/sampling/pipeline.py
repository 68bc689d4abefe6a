"""Samples pictures from a bundle's folder: every family, all of its stages, as plainly as can be.

It knows of a bundle only what bundle.json says. Slow on purpose: it says what a bundle is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from sluice_models.bundles.bundle import load_module, read_description
from sluice_models.sampling.diffusion import BETAS, TRAIN_STEPS, Process, Schedule, leading_timesteps, respaced_timesteps
from sluice_models.sampling.samplers import (
    ClassifierFree,
    GradientGuided,
    Guidance,
    compressed_timesteps,
    full_weights,
    gap_sums,
    sample_ddim,
    sample_ddpm,
    to_pixels,
)

BATCH = 100
DDIM = "ddim"
CLASSIFIER, CONDITIONAL_CLASSIFIER = "classifier", "conditional-classifier"
GUIDED_BY_GRADIENT = (CLASSIFIER, CONDITIONAL_CLASSIFIER)

# Weightings: the gap to the next guided step; the variances of the gap's steps over the guided step's own; none.
GAP, VARIANCE_SUM, NO_WEIGHT = "gap", "variance-sum", "none"
WEIGHTINGS = (GAP, VARIANCE_SUM, NO_WEIGHT)


Prompts = Tensor | tuple[str, ...]
"""Classes i64[N], or texts."""


class CannotSample(RuntimeError):
    """The bundle, or this pipeline, has not what the plan asks for."""


@dataclass(frozen=True)
class SamplingPlan:
    """``guidance`` is none (null class or empty text), cfg, classifier (the bundle's guide, whatever it is; a class is not told to the
    denoiser, a text is) or conditional-classifier (the class is told too).

    ``guided`` < ``steps`` is the compressed schedule with ``exponent`` k, 1 for evenly spread. Instead, ``interval`` guides the steps
    whose noise level sqrt((1 - abar)/abar) lies in (low, high]. ``weighting`` is what a guided step's push is multiplied by, at most
    ``max_omega``; an interval's is 1.
    """

    guidance: str
    scale: float
    steps: int
    guided: int
    seed: int
    sampler: str = "ddpm"
    exponent: int = 1
    weighting: str = GAP
    max_omega: float | None = None
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        if self.guidance == "none":
            return f"no prompt, no guidance, {self.sampler}, {self.steps} steps"
        return f"{self.guidance} scale {self.scale:g}, {self.sampler}, {self._guided_steps()}"

    def _guided_steps(self) -> str:
        if self.interval:
            low, high = self.interval
            return f"of {self.steps} steps those with noise in ({low:g}, {high:g}] guided"
        early = f", exponent {self.exponent}" if self.exponent != 1 else ""
        weighting = f", weighting {self.weighting}" if self.weighting != GAP else ""
        bound = f", omega at most {self.max_omega:g}" if self.max_omega is not None else ""
        return f"{self.guided} of {self.steps} steps guided{early}{weighting}{bound}"

    def weights(self, schedule: Schedule) -> list[float]:
        """omega per index; 0 where nothing is pushed."""
        if self.interval:
            low, high = self.interval
            noise = np.sqrt((1 - schedule.alphas_bar) / schedule.alphas_bar)
            return [float(low < level <= high) for level in noise]
        timesteps = compressed_timesteps(self.steps, self.guided, self.exponent)
        bound = float("inf") if self.max_omega is None else self.max_omega
        return [min(weight, bound) for weight in self._unbounded(timesteps, schedule)]

    def _unbounded(self, timesteps: list[int], schedule: Schedule) -> list[float]:
        if self.weighting == NO_WEIGHT:
            return [float(index + 1 in timesteps) for index in range(self.steps)]
        if self.weighting == GAP:
            return gap_sums(timesteps, full_weights(self.steps))
        variances = np.exp(schedule.posterior_log_variance)
        return [total / own for total, own in zip(gap_sums(timesteps, variances.tolist()), variances.tolist())]


def _classes(prompts: Prompts) -> Tensor:
    if not isinstance(prompts, Tensor):
        raise CannotSample("the bundle is asked for classes, not for texts")
    return prompts


def _texts(prompts: Prompts) -> tuple[str, ...]:
    if isinstance(prompts, Tensor):
        raise CannotSample("the bundle is asked for texts, not for classes")
    return prompts


def schedule_of(diffusion: dict[str, Any], steps: int) -> Schedule:
    """The schedule of one stage of bundle.json, respaced to ``steps`` as the stage says."""
    betas = BETAS[diffusion["betaSchedule"]]()
    first = 1 - betas[0] if diffusion.get("finalAlphaBar", "one") == "first" else 1.0
    if diffusion.get("spacing", "even") == "leading":
        timesteps = leading_timesteps(steps, diffusion["stepsOffset"])
    else:
        timesteps = respaced_timesteps(steps) if steps < TRAIN_STEPS else list(range(TRAIN_STEPS))
    return Schedule.visiting(timesteps, betas, first)


class Pipeline:
    """A bundle's modules on the CPU. Prompts are classes i64[N] or texts, as the bundle has it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._manifest = read_description(folder)
        self._modules = {role: load_module(folder, role) for role in self._manifest["modules"] if role != "auditor"}

    def sample(self, prompts: Prompts, plan: SamplingPlan) -> Tensor:
        """Pixels u8[N,3,H,W]; the batch starting at row r draws its noise from seed + r.

        :raises CannotSample: before anything is sampled
        """
        self._require_possible(plan)
        batches = [
            self._batch(prompts[start : start + BATCH], plan, torch.Generator().manual_seed(plan.seed + start))
            for start in range(0, len(prompts), BATCH)
        ]
        return torch.cat(batches)

    def _require_possible(self, plan: SamplingPlan) -> None:
        name, diffusion = self._manifest["name"], self._manifest["diffusion"]
        most = diffusion["trainSteps"] - diffusion.get("stepsOffset", 0)
        # The last step's variance is that of the step before it.
        least = 1 if plan.sampler == DDIM else 2
        if not least <= plan.steps <= most:
            raise CannotSample(f"{plan.sampler} takes {least} to {most} steps, not {plan.steps}")
        if plan.sampler != DDIM and diffusion["variance"] != "learned_range":
            raise CannotSample(f"{name} has learned no variance, which {plan.sampler} needs here; {DDIM} does without")
        if plan.guidance in GUIDED_BY_GRADIENT and "guide" not in self._modules:
            raise CannotSample(f"{name} has no guide")

    @torch.no_grad()
    def _batch(self, prompts: Prompts, plan: SamplingPlan, generator: torch.Generator) -> Tensor:
        manifest, shape = self._manifest, tuple(self._manifest["sample"].values())
        condition, null = self._condition(prompts)
        guidance = self._guidance(plan, null, prompts)
        asked = null.expand_as(condition) if plan.guidance == "none" else condition
        schedule, clip = schedule_of(manifest["diffusion"], plan.steps), manifest["diffusion"]["clipDenoised"]
        if plan.sampler == DDIM:
            noise = torch.randn((len(condition), *shape), generator=generator)
            x = sample_ddim(guidance, schedule, asked, plan.weights(schedule), noise, clip)
        else:
            x = sample_ddpm(guidance, Process(schedule), asked, plan.weights(schedule), generator, shape, clip)
        if "upsampler" in manifest:
            x = self._upsampled(x.clamp(-1, 1), asked, generator)
        if "decoder" in self._modules:
            return to_pixels(self._modules["decoder"](x), nearest=True)
        return to_pixels(x)

    def _condition(self, prompts: Prompts) -> tuple[Tensor, Tensor]:
        """What the denoiser takes for these prompts, and for none."""
        entry = self._manifest["condition"]
        if entry["kind"] == "class":
            return _classes(prompts), torch.tensor(entry["nullClass"])
        encode = self._modules["text_encoder"]
        return encode(self._tokens("condition", _texts(prompts))), encode(self._tokens("condition", ("",)))[0]

    def _guidance(self, plan: SamplingPlan, null: Tensor, prompts: Prompts) -> Guidance:
        denoiser = self._modules["denoiser"]
        if plan.guidance not in GUIDED_BY_GRADIENT:
            scale = plan.scale if plan.guidance == "cfg" else 1.0
            return ClassifierFree(denoiser, null, scale, self._manifest["guidance"]["guidedChannels"])
        guide = self._modules["guide"]

        def gradient(x: Tensor, t: Tensor, target: Tensor) -> Tensor:
            return guide(x, t, target)[0]

        if "guideCondition" in self._manifest:
            targets = self._modules["guide_text_encoder"](self._tokens("guideCondition", _texts(prompts)))
            return GradientGuided(denoiser, gradient, plan.scale, targets=targets)
        return GradientGuided(denoiser, gradient, plan.scale, int(null) if plan.guidance == CLASSIFIER else None)

    def _tokens(self, key: str, texts: tuple[str, ...]) -> Tensor:
        tokenizer = Tokenizer.from_file(str(self._folder / self._manifest[key]["tokenizer"]["file"]))
        return torch.tensor([encoding.ids for encoding in tokenizer.encode_batch(list(texts))])

    def _upsampled(self, low: Tensor, context: Tensor, generator: torch.Generator) -> Tensor:
        """The second stage: DDIM over its own timesteps, unguided, x_0 clipped."""
        stage, upsampler = self._manifest["upsampler"], self._modules["upsampler"]
        noise = torch.randn((len(low), *stage["sample"].values()), generator=generator) * stage["noiseScale"]
        schedule = Schedule.visiting(stage["timesteps"], BETAS[stage["diffusion"]["betaSchedule"]]())
        guidance = ClassifierFree(lambda x, t, given: upsampler(x, t, low, given), context[0], 1.0)
        return sample_ddim(guidance, schedule, context, full_weights(len(schedule)), noise, stage["diffusion"]["clipDenoised"])
