"""``export``: one public checkpoint in, one bundle out; on anything that is not as published, a list and no bundle."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluice_models.bundles.bundle import sha256_of
from sluice_models.bundles.comparing import ExportRefused
from sluice_models.checkpoints.assembly import Assembly, BadRequest, Sources
from sluice_models.checkpoints.families import adm, dit, glide, stable_diffusion
from sluice_models.checkpoints.reading import UnreadableCheckpoint
from sluice_models.checkpoints.recognition import Unrecognised
from sluice_models.checkpoints.vocabularies import NoVocabulary
from sluice_models.checkpoints.writing import write_bundle

REFUSALS = (BadRequest, UnreadableCheckpoint, Unrecognised, NoVocabulary, ExportRefused)


@dataclass(frozen=True)
class Family:
    """How to assemble a family, and which options it takes and needs beside ``--checkpoint``."""

    assemble: Callable[[Sources], Assembly]
    takes: frozenset[str]
    needs: frozenset[str] = frozenset()


FAMILIES = {
    "adm": Family(adm.assemble_unconditional, frozenset({"classifier", "auditor", "classes"})),
    "cadm": Family(adm.assemble_conditional, frozenset({"classifier", "auditor", "classes"})),
    "dit": Family(dit.assemble, frozenset({"vae", "classes"}), frozenset({"vae"})),
    "glide": Family(glide.assemble, frozenset({"upsampler", "clip_image", "clip_text", "tokenizer"}), frozenset({"tokenizer"})),
    "sd": Family(stable_diffusion.assemble, frozenset({"vae", "tokenizer"})),
}
_HELP = {
    "classifier": "adm, cadm: the noise-aware classifier that guides",
    "auditor": "adm, cadm: a second one, which never guides and only judges",
    "upsampler": "glide: upsample.pt",
    "clip_image": "glide: clip_image_enc.pt, with --clip-text",
    "clip_text": "glide: clip_text_enc.pt, with --clip-image",
    "vae": "dit, and sd in place of its own: a diffusers folder or a single file",
    "tokenizer": "glide, and sd from a single file: the folder with the vocabularies",
    "classes": "adm, cadm, dit: ImageNet's class names, one a line (default: 0 to 999)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--family", choices=list(FAMILIES), required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="PATH", help="the denoiser's file, or a diffusers folder")
    for option, text in _HELP.items():
        parser.add_argument(_flag(option), type=Path, metavar="PATH", help=text)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle's folder, which must not exist yet")
    parser.add_argument("--dtype", choices=("fp32", "fp16"), default="fp32", help="inside the modules; their boundary is fp32")
    parser.add_argument("--name", help="what requests call the bundle (default: by configuration)")
    parser.add_argument("--licence", default=Sources.licence, help="the weights' licence, for bundle.json")


def export(arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    sources = Sources(
        checkpoint=arguments.checkpoint,
        **{option: getattr(arguments, option) for option in _HELP},
        name=arguments.name,
        licence=arguments.licence,
    )
    try:
        assembly = _assembled(arguments.family, sources)
        for option, configuration in assembly.configurations.items():
            print(f"{option}: every key and shape of {configuration}", flush=True)
        write_bundle(arguments.out, assembly, _provenance(sources, assembly), half=arguments.dtype == "fp16")
    except REFUSALS as refused:
        raise SystemExit(f"{refused}\nno bundle was written") from refused
    print(f"{arguments.out}: {assembly.facts.label.name}, {time.monotonic() - started:.0f} s")


def _assembled(family_name: str, sources: Sources) -> Assembly:
    family = FAMILIES[family_name]
    given = sources.paths().keys() - {"checkpoint"}
    foreign, missing = sorted(given - family.takes), sorted(family.needs - given)
    if foreign:
        raise BadRequest(f"{family_name} takes no {', '.join(map(_flag, foreign))}")
    if missing:
        raise BadRequest(f"{family_name} needs {', '.join(map(_flag, missing))}")
    return family.assemble(sources)


def _provenance(sources: Sources, assembly: Assembly) -> dict[str, Any]:
    """What bundle.json says in place of a training: files by name and SHA-256, folders by name, and what they were recognised as."""
    return {
        "recipe": "sluice_models/checkpoints: export",
        "configurations": dict(assembly.configurations),
        "sources": {option: _source(path) for option, path in sources.paths().items()},
    }


def _source(path: Path) -> dict[str, Any]:
    return {"file": path.name, "sha256": sha256_of(path)} if path.is_file() else {"folder": path.resolve().name}


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
