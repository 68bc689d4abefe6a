"""What glyphs-adm must make of one request at each of 250 steps, by the float64 reference, written down for the worker's tests.

    python tests/ancestral_goldens.py       # → ../src/engine/test/resources/ancestral-golden.json

Again after every change of the bundle's weights: the file names the modules that it was made with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ancestral_reference import Array, Mode, Model, Tables, cosine_betas, trajectory, uniform_compact
from sluice_models.bundles.bundle import load_module, read_description
from worker_noise import STEP, noise

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "src/engine/test/resources/ancestral-golden.json"
BUNDLE = ROOT / "models/bundles/glyphs-adm"

LABEL, CLASS, SEED, SCALE, STEPS, GUIDED = "seven", 7, 5, 4.0, 250, 50
SHAPE = (3, 32, 32)
ELEMENTS = list(range(0, 3 * 32 * 32, 257))
EVERY_STEP, COMPACT = frozenset(range(1, STEPS + 1)), frozenset(uniform_compact(STEPS, GUIDED))
MODES = {"full": Mode(EVERY_STEP), "gap": Mode(COMPACT), "hold": Mode(COMPACT, hold=True)}


def model(folder: Path = BUNDLE) -> Model:
    """The bundle's modules, fp32 as they are, told the class."""
    denoiser, guide = load_module(folder, "denoiser"), load_module(folder, "guide")
    target = torch.tensor([CLASS])

    @torch.no_grad()
    def denoise(x: Array, t: int, _: int) -> tuple[Array, Array]:
        said = denoiser(_row(x), torch.tensor([t]), target)[0].double().numpy()
        return said[: len(x)], said[len(x) :]

    def gradient(x: Array, t: int) -> Array:
        return guide(_row(x), torch.tensor([t]), target)[0][0].double().numpy()

    return Model(denoise, gradient)


def _row(x: Array) -> torch.Tensor:
    return torch.from_numpy(x).float()[None]


def states(mode: Mode) -> np.ndarray:
    """x after each step, f64[STEPS,*SHAPE]."""
    initial = noise(SEED, SHAPE).astype(np.float64)
    tables = Tables.of(cosine_betas(), STEPS)
    return np.stack(list(trajectory(model(), tables, mode, SCALE, initial, lambda i: noise(SEED, SHAPE, STEP, i).astype(np.float64))))


def goldens() -> dict[str, Any]:
    return {
        "about": "written by models/tests/ancestral_goldens.py in float64",
        "modules": {role: read_description(BUNDLE)["modules"][role]["sha256"] for role in ("denoiser", "guide")},
        "label": LABEL,
        "seed": SEED,
        "scale": SCALE,
        "steps": STEPS,
        "guided": GUIDED,
        "elements": ELEMENTS,
        "runs": {name: states(mode).reshape(STEPS, -1)[:, ELEMENTS].tolist() for name, mode in MODES.items()},
    }


def main() -> None:
    document = goldens()
    lines = [f' "{key}": {json.dumps(value)}' for key, value in document.items() if key != "runs"]
    runs = [
        f'  "{name}": [\n   ' + ",\n   ".join("[" + ", ".join(f"{value:.8g}" for value in state) + "]" for state in golden) + "]"
        for name, golden in document["runs"].items()
    ]
    GOLDENS.write_text("{\n" + ",\n".join(lines) + ',\n "runs": {\n' + ",\n".join(runs) + "}\n}\n")
    print(f"{GOLDENS}: {len(runs)} runs")


if __name__ == "__main__":
    main()
