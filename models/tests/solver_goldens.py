"""Runs of diffusers' own schedulers on a model in closed form, written down for the worker's tests.

    python tests/solver_goldens.py          # → ../src/core/test/resources/solvers-golden.json; needs diffusers

The model: pictures of eight elements, each normal around +m or -m (class 0 or 1, equally likely) with variance v. Its eps is known
at every x and alpha-bar, given the class and without it, so guidance bends something that is curved. Sampled with Stable
Diffusion 1.x's schedule, in 50 steps and in 7 (fewer than 15, where DPM-Solver++ may lower its order), with scale 7.5.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

GOLDENS = Path(__file__).parents[2] / "src/core/test/resources/solvers-golden.json"

TRAIN_STEPS = 1000
SCALE = 7.5
VARIANCE = 0.05
MEANS = [0.9, -0.75, 0.6, -0.45, 0.3, -0.15, 0.05, 1.2]
INITIAL = [0.4125, -1.25, 0.03125, 1.875, -0.6875, 0.90625, -2.125, 0.15625]

# scheduler_config.json of Stable Diffusion 1.5; from_config hands each scheduler what it knows of it.
BETA_START, BETA_END = 0.00085, 0.012
CONFIG = {
    "num_train_timesteps": TRAIN_STEPS,
    "beta_start": BETA_START,
    "beta_end": BETA_END,
    "beta_schedule": "scaled_linear",
    "trained_betas": None,
    "skip_prk_steps": True,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "clip_sample": False,
}


def alphas_bar() -> np.ndarray:
    """float64[TRAIN_STEPS]."""
    betas = np.linspace(BETA_START**0.5, BETA_END**0.5, TRAIN_STEPS) ** 2
    return np.cumprod(1 - betas)


def eps(x: Tensor, timestep: int, conditional: bool) -> Tensor:
    """The exact eps f64[8] at x f64[8]."""
    abar = alphas_bar()[timestep]
    mean = torch.tensor(MEANS, dtype=torch.float64)
    variance = abar * VARIANCE + 1 - abar
    expected = mean if conditional else mean * torch.tanh(abar**0.5 * mean * x / variance)
    return (1 - abar) ** 0.5 * (x - abar**0.5 * expected) / variance


def schedulers() -> dict[str, Callable[[], Any]]:
    """By the worker's name.

    Euler's own spacing, linspace, visits fractional timesteps, which a module that takes whole ones can't be told; so it is given the
    spacing of the family, as DDIM and PNDM have it. DPM-Solver++ keeps its own, which is linspace rounded.
    """
    from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, PNDMScheduler

    return {
        "ddim": lambda: DDIMScheduler.from_config(CONFIG),
        "pndm": lambda: PNDMScheduler.from_config(CONFIG),
        "dpmpp_2m": lambda: DPMSolverMultistepScheduler.from_config(CONFIG),
        "euler": lambda: EulerDiscreteScheduler.from_config(CONFIG, timestep_spacing="leading"),
    }


def run(scheduler: Any, steps: int) -> dict[str, Any]:
    """The timesteps as the networks are told them, and x after each, in the scale that the networks take it.

    In float64: seven PNDM steps at this scale carry the rounding of float32, which is each processor's own, into the fourth digit.
    """
    scheduler.set_timesteps(steps)
    x = torch.tensor(INITIAL, dtype=torch.float64) * scheduler.init_noise_sigma
    states = []
    for i, timestep in enumerate(scheduler.timesteps):
        if float(timestep) != int(timestep):
            raise ValueError(f"{type(scheduler).__name__} visits {float(timestep)}")
        inputs = scheduler.scale_model_input(x, timestep)
        conditional, unconditional = (eps(inputs, int(timestep), told) for told in (True, False))
        x = scheduler.step(unconditional + SCALE * (conditional - unconditional), timestep, x).prev_sample
        states.append(x / (scheduler.sigmas[i + 1] ** 2 + 1) ** 0.5 if scheduler.init_noise_sigma != 1 else x)
    return {
        "timesteps": [int(timestep) for timestep in scheduler.timesteps],
        "states": [[float(f"{value:.9g}") for value in state.tolist()] for state in states],
    }


def goldens() -> dict[str, Any]:
    return {
        "about": "written by models/tests/solver_goldens.py from diffusers' schedulers",
        "scale": SCALE,
        "variance": VARIANCE,
        "means": MEANS,
        "initial": INITIAL,
        "runs": {f"{name}_{steps}": run(make(), steps) for name, make in schedulers().items() for steps in (50, 7)},
    }


def main() -> None:
    document = goldens()
    lines = [f' "{key}": {json.dumps(value)}' for key, value in document.items() if key != "runs"]
    runs = [
        f'  "{name}": {{"timesteps": {json.dumps(golden["timesteps"])}, "states": [\n   '
        + ",\n   ".join(json.dumps(state) for state in golden["states"])
        + "]}"
        for name, golden in document["runs"].items()
    ]
    GOLDENS.write_text("{\n" + ",\n".join(lines) + ',\n "runs": {\n' + ",\n".join(runs) + "}\n}\n")
    print(f"{GOLDENS}: {len(runs)} runs")


if __name__ == "__main__":
    main()
