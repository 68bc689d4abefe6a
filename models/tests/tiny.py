"""Small networks with random weights everywhere, so that no branch is silent because it still is at its zero start."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import torch

from sluice_models.networks import configs
from sluice_models.networks.adm import Denoiser, NoisyClassifier

Network = TypeVar("Network", bound=torch.nn.Module)

TINY_DENOISER = dataclasses.replace(configs.GLYPHS_DENOISER, widths=(16, 32), head_width=16, groups=8)
TINY_CLASSIFIER = dataclasses.replace(configs.GLYPHS_CLASSIFIER, widths=(16, 32), attention_sizes=(8,), head_width=16, groups=8)


def shaken(network: Network) -> Network:
    generator = torch.Generator().manual_seed(5)
    for parameter in network.parameters():
        parameter.data.add_(0.05 * torch.randn(parameter.shape, generator=generator))
    return network.eval().requires_grad_(False)


def tiny_denoiser() -> Denoiser:
    torch.manual_seed(1)
    return shaken(Denoiser(TINY_DENOISER))


def tiny_classifier() -> NoisyClassifier:
    torch.manual_seed(2)
    return shaken(NoisyClassifier(TINY_CLASSIFIER))
