"""What others make of the bundles' weights, from the worker's own noise, written down for the worker's tests.

    python tests/pipeline_goldens.py        # → ../src/engine/test/resources/pipelines; needs diffusers

Again after every change of a bundle's weights: each file names the modules that it was made with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dit_pipeline
import glide_pipeline
import sd_pipeline
from bundle_parts import Runs
from sluice_models.bundles.bundle import read_description

GOLDENS = Path(__file__).parents[2] / "src/engine/test/resources/pipelines"

# What is asked of each bundle, and the runs that come of it.
PIPELINES: dict[Path, Callable[[Path], tuple[dict[str, Any], Runs]]] = {
    dit_pipeline.BUNDLE: dit_pipeline.goldens,
    sd_pipeline.BUNDLE: sd_pipeline.goldens,
    glide_pipeline.BUNDLE: glide_pipeline.goldens,
}


def write(folder: Path, target: Path = GOLDENS) -> None:
    """``target``/<bundle>.json with the latents, and a PNG for each run."""
    asked, runs = PIPELINES[folder](folder)
    target.mkdir(parents=True, exist_ok=True)
    modules = {role: entry["sha256"] for role, entry in read_description(folder)["modules"].items() if role != "auditor"}
    head = {"about": "written by models/tests/pipeline_goldens.py", "modules": modules, **asked}
    latents = {name: [float(f"{value:.7g}") for value in latent.flatten().tolist()] for name, (latent, _) in runs.items()}
    lines = [f' "{key}": {json.dumps(value)}' for key, value in head.items()]
    lines.append(' "latents": {\n' + ",\n".join(f'  "{name}": {json.dumps(values)}' for name, values in latents.items()) + "}")
    (target / f"{folder.name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    for name, (_, drawn) in runs.items():
        drawn.save(target / f"{folder.name}-{name}.png")
    print(f"{target / folder.name}: {len(runs)} runs")


def main() -> None:
    for folder in PIPELINES:
        write(folder)


if __name__ == "__main__":
    main()
