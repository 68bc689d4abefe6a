"""Bundles that were never trained: the architecture of glyphs-adm at any size, for timing alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from sluice_models.bundles.bundle import Label
from sluice_models.bundles.contract import DenoiserModule, GuideModule
from sluice_models.bundles.exporting import export_bundle
from sluice_models.networks.adm import AdmConfig, Denoiser, NoisyClassifier, halve_torso, parameter_count
from sluice_models.networks.configs import GLYPHS_CLASSIFIER, GLYPHS_DENOISER, widened
from sluice_models.recipes.glyphs_adm import FACTS

_STD_OF_ZEROS = 0.02
Network = TypeVar("Network", bound=nn.Module)

_README = """# {name}

Random weights, for timing alone: what it samples is noise. The networks are those of glyphs-adm with every level {factor} times
as wide, {precision}; the denoiser has {denoiser:,} parameters, the guide {guide:,}.

Made by `python -m sluice_models random-bundle --parameters {parameters} --seed {seed}{half}`.
"""


def factor_for(parameters: int) -> int:
    """The smallest whole factor that widens glyphs-adm's denoiser to at least this many parameters."""
    factor = 1
    with torch.device("meta"):
        while parameter_count(Denoiser(widened(GLYPHS_DENOISER, factor))) < parameters:
            factor += 1
    return factor


def random_network(network_class: type[Network], config: AdmConfig, seed: int) -> Network:
    """A network as it is before training, except that no weight is zero: otherwise its branches would be silent.

    The formerly zero ones are drawn with a deviation of 0.02, which keeps what it says of a unit-normal x below 10 or so.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = network_class(config)
        for parameter in network.parameters():
            if not parameter.any():
                parameter.normal_(std=_STD_OF_ZEROS)
    return network.eval().requires_grad_(False)


def write_random_bundle(folder: Path, name: str, parameters: int, seed: int, half: bool) -> None:
    """A denoiser of at least ``parameters`` parameters and a guide in proportion; ``half`` computes in fp16 inside.

    From the command line, the same arguments, torch and kind of processor give the same bytes.
    """
    factor = factor_for(parameters)
    denoiser = random_network(Denoiser, widened(GLYPHS_DENOISER, factor), seed)
    guide = random_network(NoisyClassifier, widened(GLYPHS_CLASSIFIER, factor), seed + 1)
    if half:
        halve_torso(denoiser)
        halve_torso(guide)
    precision = "fp16 inside and fp32 at the boundary" if half else "fp32"
    label = Label(name, f"Random weights, for timing alone: glyphs-adm's networks, {factor} times as wide, {precision}.")
    training = {"recipe": "sluice_models/recipes/random_bundle.py: none, random weights", "steps": 0, "seed": seed}
    modules = {"denoiser": DenoiserModule(denoiser), "guide": GuideModule(guide)}
    export_bundle(folder, modules, dataclasses.replace(FACTS, label=label), training)
    counts = {"denoiser": parameter_count(denoiser), "guide": parameter_count(guide)}
    options = {"parameters": parameters, "seed": seed, "half": " --half" if half else ""}
    (folder / "README.md").write_text(_README.format(name=name, factor=factor, precision=precision, **counts, **options))
