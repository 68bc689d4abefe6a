"""The goldens that whole requests are held to are what others make of the bundles that ship."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import dit_pipeline
from pipeline_goldens import GOLDENS, PIPELINES
from sluice_models.bundles.bundle import load_module
from sluice_models.networks.configs import NULL_CLASS

pytest.importorskip("diffusers")


@pytest.mark.parametrize("folder", PIPELINES, ids=lambda folder: folder.name)
def test_goldens_are_what_is_computed_anew(folder: Path):
    written = json.loads((GOLDENS / f"{folder.name}.json").read_text())
    asked, runs = PIPELINES[folder](folder)
    assert {key: written[key] for key in asked} == asked
    assert written["latents"].keys() == runs.keys()
    for name, (latent, picture) in runs.items():
        expected = np.array(written["latents"][name], dtype=np.float32).reshape(latent.shape)
        np.testing.assert_allclose(latent.numpy(), expected, atol=1e-4 * np.abs(expected).max(), err_msg=name)
        stored = np.asarray(Image.open(GOLDENS / f"{folder.name}-{name}.png"), dtype=int)
        assert np.abs(stored - np.asarray(picture, dtype=int)).max() <= 1, name


@torch.no_grad()
def test_dit_says_what_diffusers_dit_says_of_its_weights():
    theirs, ours = dit_pipeline.network(), load_module(dit_pipeline.BUNDLE, "denoiser")
    x = torch.randn(3, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    t, label = torch.tensor([999, 500, 3]), torch.tensor([1, NULL_CLASS, 7])
    assert torch.allclose(theirs(x, timestep=t, class_labels=label).sample, ours(x, t, label), atol=1e-4)
