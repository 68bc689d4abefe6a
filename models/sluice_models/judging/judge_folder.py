"""The folder of a judge: its script, the prompts it is used with, and the ``judge.json`` that says what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sluice_models.bundles.bundle import checked, sha256_of
from sluice_models.bundles.comparing import TOLERANCE, ExportRefused
from sluice_models.bundles.exporting import save_without_source_paths
from sluice_models.data import scenes
from sluice_models.data.attributes import ATTRIBUTES, Combinations, target_code
from sluice_models.judging.judges import JudgeModule, SceneReader
from sluice_models.training.examples import scaled

SCENES_JUDGE = Path(__file__).resolve().parents[2] / "judges" / "scenes"
_SCRIPT, _PROMPTS, _DESCRIPTION = "judge.pt", "prompts.json", "judge.json"


def write_judge(
    folder: Path, network: SceneReader, prompts: dict[str, tuple[tuple[str, ...], np.ndarray]], training: dict[str, Any]
) -> None:
    """Writes script, prompts and description; ``prompts`` are (captions, labels i64[n,6]) by the name of their kind."""
    folder.mkdir(parents=True, exist_ok=True)
    script, prompts_file = folder / _SCRIPT, folder / _PROMPTS
    _write_script(script, network)
    prompts_file.write_text(_as_json(prompts))
    description = {
        "formatVersion": 1,
        "name": "scenes-judge",
        "licence": "Apache-2.0",
        "image": {"channels": 3, "height": scenes.SIDE, "width": scenes.SIDE},
        "attributes": {name: list(classes) for name, classes in ATTRIBUTES.items()},
        "module": {
            "file": _SCRIPT,
            "sha256": sha256_of(script),
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
        },
        "prompts": {"file": _PROMPTS, "sha256": sha256_of(prompts_file), "kinds": list(prompts)},
        "training": training,
    }
    (folder / _DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n")


def load_judge(folder: Path) -> torch.jit.ScriptModule:
    """The judge on the CPU, its checksum compared first."""
    return torch.jit.load(_checked(folder, "module"), map_location="cpu").eval()


def load_prompts(folder: Path, kind: Combinations) -> tuple[tuple[str, ...], np.ndarray]:
    """Texts and target codes i64[n] of the prompts of one kind."""
    listed = json.loads(_checked(folder, "prompts").read_text())[kind.value]
    return tuple(entry["text"] for entry in listed), np.array([entry["target"] for entry in listed], dtype=np.int64)


def _checked(folder: Path, part: str) -> Path:
    entry = json.loads((folder / _DESCRIPTION).read_text())[part]
    return checked(folder / entry["file"], entry["sha256"])


def _write_script(path: Path, network: SceneReader) -> None:
    eager = JudgeModule(network).eval()
    partial = path.with_suffix(".partial")
    save_without_source_paths(torch.jit.script(eager), partial)
    loaded = torch.jit.load(partial, map_location="cpu")
    drawn = scenes.draw(0, range(60), Combinations.ALL)
    x, target = scaled(torch.from_numpy(drawn.pixels)), torch.from_numpy(target_code(drawn.labels))
    for rows in (slice(0, 1), slice(0, 20), slice(20, 40), slice(40, 60)):
        t = torch.zeros_like(target[rows])
        for expected, actual in zip(eager(x[rows], t, target[rows]), loaded(x[rows], t, target[rows]), strict=True):
            if not (expected - actual).abs().max() <= TOLERANCE:
                partial.unlink()
                raise ExportRefused(f"{path.name}: the script differs from the network by more than {TOLERANCE:.0e}")
    partial.replace(path)


def _as_json(prompts: dict[str, tuple[tuple[str, ...], np.ndarray]]) -> str:
    """A line for each prompt, so that a change of one shows as one."""
    kinds = []
    for kind, (texts, labels) in prompts.items():
        lines = ",\n".join(
            f"    {json.dumps({'text': text, 'target': target})}" for text, target in zip(texts, target_code(labels).tolist())
        )
        kinds.append(f"  {json.dumps(kind)}: [\n{lines}\n  ]")
    return "{\n" + ",\n".join(kinds) + "\n}\n"
