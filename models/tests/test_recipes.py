"""Every recipe's parts train, are exported into a bundle that holds what it says, and the bundle gives pictures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from sluice_models.bundles.bundle import below, load_module, parameters, problems, read_description
from sluice_models.data.picture_sets import Pictures, PictureSet
from sluice_models.networks.stable_diffusion import AutoencoderConfig
from sluice_models.recipes.captioned import READER
from sluice_models.recipes.catalogue import RECIPES
from sluice_models.recipes.scenes import scenes_tokenizer
from sluice_models.recipes.workshop import Workshop
from sluice_models.sampling.pipeline import Pipeline, SamplingPlan
from sluice_models.training.examples import scaled
from sluice_models.training.latents import cached_latents, encoded
from sluice_models.training.pairs import Autoencoding
from sluice_models.training.trainer import run

MODULES = {
    "glyphs-adm": {"denoiser", "guide", "auditor"},
    "glyphs-dit": {"denoiser", "decoder", "auditor"},
    "scenes-sd": {"denoiser", "decoder", "text_encoder", "auditor"},
    "scenes-glide": {"denoiser", "text_encoder", "guide", "guide_text_encoder", "upsampler", "auditor"},
}
LARGEST_FILE_BYTES = 16 * 2**20
CAPTIONS = ("a small red circle on the left", "a blue star", "a green ring above a pink moon")


def few_pictures(pictures: Pictures, work: Path) -> PictureSet:
    """Twelve pictures of noise in place of a whole set, with captions where the set has them."""
    rng = np.random.default_rng(0)
    if pictures.name.startswith("scenes"):
        captions = CAPTIONS * 4
        return PictureSet(rng.integers(0, 256, (12, 3, 64, 64), dtype=np.uint8), np.zeros((12, 6), np.int64), captions)
    return PictureSet(rng.integers(0, 256, (12, 3, 32, 32), dtype=np.uint8), rng.integers(0, 10, 12))


@pytest.fixture(scope="module", params=MODULES)
def bundle(request, tmp_path_factory) -> Path:
    """A bundle whose every part was trained for a single step."""
    work = tmp_path_factory.mktemp("work")
    workshop, recipe = Workshop(work, request.param), RECIPES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pictures, "load", few_pictures)
        for name, part in recipe.parts.items():
            plan = dataclasses.replace(part.plan, steps=1, batch=4, warmup_steps=1)
            run(part.trainer(workshop, plan), workshop.checkpoint(name))
        recipe.export(workshop, work / "bundles" / request.param)
    return work / "bundles" / request.param


def test_bundle_has_its_modules_and_no_problems(bundle):
    manifest = read_description(bundle)
    assert set(manifest["modules"]) == MODULES[bundle.name]
    assert problems(bundle) == []
    assert set(manifest["training"]["steps"]) == set(RECIPES[bundle.name].parts)


def test_no_file_is_too_large_for_a_repository(bundle):
    assert max(path.stat().st_size for path in bundle.iterdir()) <= LARGEST_FILE_BYTES


def test_bundle_gives_pictures(bundle):
    manifest = read_description(bundle)
    prompts = torch.tensor([3, 9]) if manifest["condition"]["kind"] == "class" else CAPTIONS[:2]
    guidance = "classifier" if "guide" in manifest["modules"] else "cfg"
    plan = SamplingPlan(guidance, 2.0, steps=3, guided=2, seed=0, sampler=manifest["defaults"]["sampler"])
    pixels = Pipeline(bundle).sample(prompts, plan)
    assert pixels.shape == (2, *manifest["image"].values())
    assert pixels.dtype == torch.uint8
    assert torch.equal(pixels, Pipeline(bundle).sample(prompts, plan))


def test_training_goes_on_from_a_bundle(bundle, tmp_path):
    workshop, recipe = Workshop(tmp_path, bundle.name), RECIPES[bundle.name]
    if recipe.unpack is None:
        pytest.skip("the bundle does not hold all that was trained")
    recipe.unpack(workshop, bundle)
    for name in recipe.parts:
        assert torch.load(workshop.checkpoint(name), weights_only=True)["begun"] == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pictures, "load", few_pictures)
        recipe.export(workshop, tmp_path / "again")
        torch.testing.assert_close(parameters_of(tmp_path / "again"), parameters_of(bundle), rtol=0, atol=0)
        for name, part in recipe.parts.items():
            run(part.trainer(workshop, dataclasses.replace(part.plan, steps=2, batch=4, warmup_steps=1)), workshop.checkpoint(name))
        recipe.export(workshop, tmp_path / "further")
    assert read_description(tmp_path / "further")["training"]["steps"] == dict.fromkeys(recipe.parts, 2)
    before, after = parameters_of(bundle), parameters_of(tmp_path / "further")
    assert after.keys() == before.keys()
    assert any(not torch.equal(after[name], before[name]) for name in before if name.startswith("denoiser."))


def test_training_goes_on_from_the_glyphs_that_ship(tmp_path):
    shipped = Path(__file__).parent.parent / "bundles" / "glyphs-adm"
    workshop = Workshop(tmp_path, shipped.name)
    unpack = RECIPES[shipped.name].unpack
    assert unpack is not None
    unpack(workshop, shipped)
    for part, steps in (("denoiser", 4_800), ("guide", 1_200), ("auditor", 1_200)):
        state = torch.load(workshop.checkpoint(part), weights_only=True)
        assert (state["step"], state["begun"]) == (steps, steps)
        torch.testing.assert_close(dict(state["ema"]), below("network.", parameters(shipped, part)), rtol=0, atol=0)


def parameters_of(folder: Path) -> dict[str, torch.Tensor]:
    """By role and name."""
    modules = read_description(folder)["modules"]
    return {f"{role}.{name}": value for role in modules for name, value in load_module(folder, role).named_parameters()}


def test_text_bundle_carries_the_tokenizer_that_it_was_trained_with(bundle):
    manifest = read_description(bundle)
    if manifest["condition"]["kind"] == "class":
        pytest.skip("no text")
    assert (bundle / "tokenizer.json").read_text() == scenes_tokenizer().to_str(pretty=True)
    assert manifest["condition"]["tokenizer"]["maxTokens"] == len(scenes_tokenizer().encode("").ids)


def test_text_encoder_stays_as_it_learned_to_read(bundle):
    manifest = read_description(bundle)
    if manifest["condition"]["kind"] == "class":
        pytest.skip("no text")
    reader = torch.load(Workshop(bundle.parents[1], bundle.name).checkpoint(READER), weights_only=True)["ema"]
    learned, written = below("text.", reader), parameters(bundle, "text_encoder")
    torch.testing.assert_close(below("base.", written) if "upsampler" in manifest else written, learned, rtol=0, atol=0)


def test_changed_tokenizer_is_caught(bundle, tmp_path):
    if "tokenizer" not in read_description(bundle)["condition"]:
        pytest.skip("no text")
    for path in bundle.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "tokenizer.json").write_text((bundle / "tokenizer.json").read_text() + " ")
    assert any("tokenizer.json: sha256" in problem for problem in problems(tmp_path))
    (tmp_path / "tokenizer.json").unlink()
    assert any("tokenizer.json: not there" in problem for problem in problems(tmp_path))


AUTOENCODER = AutoencoderConfig(size=16, widths=(8, 16), depth=1, groups=8)


def test_latents_are_scaled_to_unit_deviation_and_decode_to_what_they_were_encoded_from(tmp_path):
    torch.manual_seed(0)
    network = Autoencoding(AUTOENCODER).eval()
    pixels = torch.randint(256, (20, 3, 16, 16), dtype=torch.uint8)
    latents = encoded(network, pixels, torch.device("cpu"))
    assert latents.values.float().std().item() == pytest.approx(1, abs=1e-2)
    means = network.autoencoder.encode(scaled(pixels)).latent_dist.mean
    assert torch.allclose(latents.values.float() / latents.scale, means, atol=1e-2)


def test_latents_are_kept_until_the_encoder_is_another(tmp_path):
    path, device = tmp_path / "latents.pt", torch.device("cpu")
    pixels = torch.randint(256, (4, 3, 16, 16), dtype=torch.uint8)
    torch.manual_seed(0)
    network, other = Autoencoding(AUTOENCODER), Autoencoding(AUTOENCODER)
    first = cached_latents(path, network, pixels, device)
    written = path.stat().st_mtime_ns
    network.autoencoder.decoder.conv_out.bias.data += 1
    assert torch.equal(cached_latents(path, network, pixels, device).values, first.values)
    assert path.stat().st_mtime_ns == written, "a decoder makes no latents, so training it further changes none"
    expected = encoded(other, pixels, device)
    assert torch.equal(cached_latents(path, other, pixels, device).values, expected.values)
    assert not torch.equal(expected.values, first.values)
    assert len(cached_latents(path, other, pixels[:3], device).values) == 3


def test_latents_that_were_kept_by_step_count_are_made_anew(tmp_path):
    path, device = tmp_path / "latents.pt", torch.device("cpu")
    pixels = torch.randint(256, (4, 3, 16, 16), dtype=torch.uint8)
    network = Autoencoding(AUTOENCODER)
    torch.save({"steps": 10, "values": torch.zeros(4, 4, 8, 8), "scale": 1.0}, path)
    assert torch.equal(cached_latents(path, network, pixels, device).values, encoded(network, pixels, device).values)
