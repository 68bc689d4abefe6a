"""``export`` end to end on small checkpoints in every public format: what is as published becomes a bundle, nothing else does."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import CLIPTextModel

import published
from sluice_models import cli
from sluice_models.bundles.bundle import load_module, problems, read_description
from sluice_models.bundles.comparing import TOLERANCE
from sluice_models.bundles.exporting import compiled
from sluice_models.checkpoints import compvis, writing
from sluice_models.checkpoints.assembly import Part, Sources
from sluice_models.checkpoints.families import adm, autoencoder, dit, glide, stable_diffusion
from sluice_models.checkpoints.recognition import Configuration
from sluice_models.checkpoints.vocabularies import byte_symbols
from sluice_models.networks import configs
from sluice_models.networks.adm import Denoiser, NoisyClassifier
from sluice_models.networks.dit import Dit, DitConfig
from sluice_models.networks.glide import TextConfig
from sluice_models.networks.noisy_clip import ClipConfig, ClipTower, ImageEncoder, TextEncoder
from sluice_models.networks.stable_diffusion import AutoencoderConfig, ClipTextConfig, LatentUNetConfig

KIT = Path(__file__).parent.parent
CLASSES = 1000
WIDTHS = (32, 64)
LATENT_WIDTHS = (32, 64, 64, 64)
ADM = dataclasses.replace(configs.ADM_64_CONDITIONAL, size=16, widths=WIDTHS, depth=1, attention_sizes=(8,), head_width=16)
CLASSIFIER = dataclasses.replace(configs.CLASSIFIER_64, size=16, widths=WIDTHS, depth=1, attention_sizes=(8,), head_width=16)
ATTENDED = (2,)
DIT = DitConfig(size=8, width=48, depth=2, heads=4, classes=CLASSES)
TEXT = ClipTextConfig(vocabulary=600, tokens=9, width=24, depth=2, heads=2)
UNET = LatentUNetConfig(size=8, widths=LATENT_WIDTHS, depth=2, heads=4, context_tokens=9, context_width=24)
AUTOENCODER = AutoencoderConfig(size=64, widths=(32, 32, 64, 64), depth=2)
GLIDE_TEXT = TextConfig(vocabulary=300, tokens=8, width=32, depth=1, heads=2, padding_id=257)
GLIDE_BASE = glide.StageConfig(
    dataclasses.replace(configs.GLIDE_BASE, size=16, widths=WIDTHS, depth=1, attention_sizes=(8,), head_width=16, context_width=32),
    GLIDE_TEXT,
)
GLIDE_UPSAMPLER = dataclasses.replace(GLIDE_BASE, unet=dataclasses.replace(GLIDE_BASE.unet, size=32, channels_in=6))
CLIP = ClipConfig(size=16, patch=4, image=ClipTower(2, 1, 16), text=ClipTower(2, 1, 16), vocabulary=600, tokens=9, end_id=0, embedding=24)


@pytest.fixture(autouse=True)
def small_published(monkeypatch):
    """Small configurations stand in for the published ones."""
    unconditional = dataclasses.replace(ADM, embedded_classes=0)
    stage = glide.StageConfig
    for module, name, configurations in (
        (adm, "CONDITIONAL", [Configuration("cadm-16", ADM, (Denoiser,))]),
        (adm, "UNCONDITIONAL", [Configuration("adm-16", unconditional, (Denoiser,))]),
        (adm, "CLASSIFIERS", [Configuration("classifier-16", CLASSIFIER, (NoisyClassifier,))]),
        (dit, "CONFIGURATIONS", [Configuration("dit-8", DIT, (Dit,))]),
        (autoencoder, "CONFIGURATIONS", [Configuration("vae-64", AUTOENCODER, (AutoencoderConfig.build,))]),
        (stable_diffusion, "UNETS", [Configuration("unet-8", UNET, (LatentUNetConfig.build,))]),
        (stable_diffusion, "TEXT_ENCODERS", [Configuration("text-9", TEXT, (ClipTextConfig.build,))]),
        (glide, "BASES", [Configuration("base-16", GLIDE_BASE, (stage.transformer, stage.base))]),
        (glide, "UPSAMPLERS", [Configuration("up-32", GLIDE_UPSAMPLER, (stage.transformer, stage.upsampler))]),
        (glide, "CLIP_IMAGES", [Configuration("clip-image", CLIP, (ImageEncoder,))]),
        (glide, "CLIP_TEXTS", [Configuration("clip-text", CLIP, (TextEncoder,))]),
    ):
        monkeypatch.setattr(module, name, configurations)
    monkeypatch.setitem(stable_diffusion._TEXT_FACTS, "num_attention_heads", TEXT.heads)
    monkeypatch.setitem(stable_diffusion._UNET_FACTS, "attention_head_dim", UNET.heads)


def export(*arguments: object) -> None:
    parsed = cli.parser().parse_args(["export", *map(str, arguments)])
    parsed.action(parsed)


def refusal(capsys, *arguments: object) -> str:
    """What a refused export says; it must end with 1 and leave nothing behind."""
    out = Path(str(arguments[arguments.index("--out") + 1]))
    before = sorted(out.parent.iterdir())
    with pytest.raises(SystemExit) as ended:
        export(*arguments)
    assert isinstance(ended.value.code, str), "a text as the code is printed, and the process ends with 1"
    assert sorted(out.parent.iterdir()) == before
    return ended.value.code


def saved(path: Path, shapes: published.Shapes, seed: int = 0) -> Path:
    torch.save(published.weights(shapes, seed), path)
    return path


def adm_shapes(classes: int = CLASSES) -> published.Shapes:
    return published.UNet(WIDTHS, 1, ATTENDED, classes=classes).whole()


def classifier_shapes() -> published.Shapes:
    return published.UNet(WIDTHS, 1, ATTENDED, channels_out=CLASSES).classifier(16)


@pytest.fixture
def classifier(tmp_path) -> Path:
    return saved(tmp_path / "64x64_classifier.pt", classifier_shapes(), seed=1)


@pytest.fixture
def clip_vocabulary(tmp_path) -> Path:
    """A folder with a small vocabulary in each of the forms that public models come with."""
    folder = tmp_path / "vocabulary"
    folder.mkdir()
    letters = byte_symbols()
    merges = "#version: 0.2\nc a\nca t</w>\n"
    symbols = [*letters, *(f"{letter}</w>" for letter in letters), "ca", "cat</w>", "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({symbol: i for i, symbol in enumerate(symbols)}))
    (folder / "merges.txt").write_text(merges)
    (folder / "bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress(merges.encode()))
    gpt2 = {symbol: i for i, symbol in enumerate([*letters, "ca", "<|endoftext|>"])}
    (folder / "encoder.json.gz").write_bytes(gzip.compress(json.dumps(gpt2).encode()))
    (folder / "vocab.bpe.gz").write_bytes(gzip.compress(b"#version: 0.2\nc a\n"))
    return folder


def vae_file(tmp_path) -> Path:
    return saved(tmp_path / "vae.pt", published.vae(AUTOENCODER.widths), seed=2)


def test_unconditional_adm_with_its_classifier(tmp_path, classifier, capsys):
    checkpoint, out = saved(tmp_path / "256x256_diffusion_uncond.pt", adm_shapes(classes=0)), tmp_path / "bundle"
    export("--family", "adm", "--checkpoint", checkpoint, "--classifier", classifier, "--out", out, "--licence", "MIT")
    assert problems(out) == []
    said = read_description(out)
    assert said["family"] == "adm" and said["licence"] == "MIT"
    assert list(said["modules"]) == ["denoiser", "guide"]
    assert said["guidance"] == {"guidedChannels": 3, "classifierFree": False}
    assert said["training"]["sources"]["checkpoint"]["file"] == "256x256_diffusion_uncond.pt"
    assert all(entry["largestDifference"] <= TOLERANCE for entry in said["modules"].values())
    assert "equals its network to" in capsys.readouterr().out
    x, t = torch.randn(2, 3, 16, 16), torch.tensor([0, 999])
    denoiser = load_module(out, "denoiser")
    assert torch.equal(denoiser(x, t, torch.tensor([0, 1])), denoiser(x, t, torch.tensor([999, 1000])))


def test_conditional_adm_hears_its_class_and_survives_the_null_class(tmp_path, classifier):
    out = tmp_path / "bundle"
    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"class {i}" for i in range(CLASSES)))
    checkpoint = saved(tmp_path / "64x64_diffusion.pt", adm_shapes())
    export(
        "--family", "cadm", "--checkpoint", checkpoint, "--classifier", classifier, "--auditor", classifier,
        "--classes", names, "--out", out,
    )  # fmt: skip
    assert problems(out) == []
    said = read_description(out)
    assert list(said["modules"]) == ["denoiser", "guide", "auditor"]
    assert said["condition"]["classes"][7] == "class 7" and said["condition"]["nullClass"] == CLASSES
    assert said["guidance"]["classifierFree"] is False and said["condition"]["nullClassTrained"] is False
    x, t = torch.randn(1, 3, 16, 16), torch.tensor([500])
    denoiser = load_module(out, "denoiser")
    outputs = [denoiser(x, t, torch.tensor([label])) for label in (0, 1, CLASSES)]
    assert not torch.equal(outputs[0], outputs[1])
    weights = torch.load(checkpoint, weights_only=True)
    network = Denoiser(ADM).eval()
    network.load_state_dict(weights)
    with torch.no_grad():
        assert torch.allclose(outputs[1], network(x, t, torch.tensor([1])), atol=1e-5)


@pytest.mark.parametrize("nest", ["", "ema"])
def test_dit_with_an_autoencoder(tmp_path, nest):
    weights = published.weights(published.dit(width=48, depth=2, side=8))
    torch.save({nest: weights} if nest else weights, tmp_path / "DiT-XL-2-256x256.pt")
    out = tmp_path / "bundle"
    export("--family", "dit", "--checkpoint", tmp_path / "DiT-XL-2-256x256.pt", "--vae", vae_file(tmp_path), "--out", out)
    assert problems(out) == []
    said = read_description(out)
    assert said["family"] == "dit" and said["guidance"] == {"guidedChannels": 3}
    assert said["condition"]["nullClass"] == CLASSES and said["diffusion"]["clipDenoised"] is False
    assert said["sample"] == {"channels": 4, "height": 8, "width": 8}
    assert said["image"] == {"channels": 3, "height": 64, "width": 64}


def compvis_file(tmp_path, suffix: str) -> Path:
    shapes = published.sd_unet(LATENT_WIDTHS, 24), published.vae(AUTOENCODER.widths), published.clip_text(24, 2, 600, 9)
    whole = published.compvis_file(*shapes)
    path = tmp_path / f"v1-5{suffix}"
    save_file(whole, path) if suffix == ".safetensors" else torch.save({"state_dict": whole, "global_step": 1}, path)
    return path


def diffusers_folder(folder: Path, single_file: Path, vocabulary: Path) -> Path:
    """The same weights as in the single file, saved by diffusers' and transformers' own classes."""
    parts = compvis.split(torch.load(single_file, weights_only=True)["state_dict"])
    unet, vae, text = UNET.build(), AUTOENCODER.build(), TEXT.build()
    unet.load_state_dict(compvis.unet(parts[compvis.UNET]))
    vae.load_state_dict(compvis.vae(parts[compvis.VAE]))
    text.load_state_dict({n.removeprefix("text_model."): t for n, t in compvis.text_encoder(parts[compvis.TEXT]).items()})
    for name, network in (("unet", unet), ("vae", vae), ("text_encoder", text)):
        network.save_pretrained(folder / name)
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(
        json.dumps({"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1})
    )
    (folder / "tokenizer").mkdir()
    for name in ("vocab.json", "merges.txt"):
        (folder / "tokenizer" / name).write_text((vocabulary / name).read_text())
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    return folder


def test_stable_diffusion_is_the_same_from_every_format(tmp_path, clip_vocabulary):
    ckpt, safe = compvis_file(tmp_path, ".ckpt"), compvis_file(tmp_path, ".safetensors")
    folder = diffusers_folder(tmp_path / "stable-diffusion-v1-5", ckpt, clip_vocabulary)
    first, *others = (
        stable_diffusion.assemble(sources)
        for sources in (Sources(folder), Sources(ckpt, tokenizer=clip_vocabulary), Sources(safe, tokenizer=clip_vocabulary))
    )
    assert [part.role for part in first.parts] == ["text_encoder", "denoiser", "decoder"]
    for other in others:
        assert other.facts == first.facts
        assert other.tokenizers["tokenizer.json"].to_str() == first.tokenizers["tokenizer.json"].to_str()
        for part, expected in zip(other.parts, first.parts, strict=True):
            found, wanted = part.make().state_dict(), expected.make().state_dict()
            assert found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_stable_diffusion_from_a_folder(tmp_path, clip_vocabulary):
    folder = diffusers_folder(tmp_path / "stable-diffusion-v1-5", compvis_file(tmp_path, ".ckpt"), clip_vocabulary)
    out = tmp_path / "bundle"
    export("--family", "sd", "--checkpoint", folder, "--out", out)
    assert problems(out) == []
    said = read_description(out)
    assert said["diffusion"]["stepsOffset"] == 1 and said["diffusion"]["finalAlphaBar"] == "first"
    assert said["condition"]["contextElements"] == 9 * 24


def test_stable_diffusion_s_modules_say_what_diffusers_and_transformers_say(tmp_path, clip_vocabulary):
    ckpt, out = compvis_file(tmp_path, ".ckpt"), tmp_path / "bundle"
    folder = diffusers_folder(tmp_path / "folder", ckpt, clip_vocabulary)
    export("--family", "sd", "--checkpoint", ckpt, "--tokenizer", clip_vocabulary, "--out", out)
    tokens = torch.tensor([Tokenizer.from_file(str(out / "tokenizer.json")).encode(text).ids for text in ("cat cat", "")])
    x, t = torch.randn(2, 4, 8, 8), torch.tensor([1, 981])
    with torch.no_grad():
        hidden = CLIPTextModel.from_pretrained(folder / "text_encoder", eos_token_id=2)(tokens).last_hidden_state
        eps = UNet2DConditionModel.from_pretrained(folder / "unet")(x, t, hidden).sample
        picture = AutoencoderKL.from_pretrained(folder / "vae").decode(x / 0.18215).sample
    assert torch.allclose(load_module(out, "text_encoder")(tokens), hidden.flatten(1), atol=1e-5)
    assert torch.allclose(load_module(out, "denoiser")(x, t, hidden.flatten(1)), eps, atol=1e-5)
    assert torch.allclose(load_module(out, "decoder")(x), picture, atol=1e-4)


def glide_options(tmp_path, clip_vocabulary: Path) -> list[object]:
    stage: dict[str, Any] = {"depth": 1, "attention": ATTENDED, "text_width": 32, "layers": 1, "vocabulary": 300, "tokens": 8}
    base = saved(tmp_path / "base.pt", published.glide(WIDTHS, channels_in=3, **stage))
    upsampler_stage = stage | {"attention": (4,)}
    upsampler = saved(tmp_path / "upsample.pt", published.glide(WIDTHS, channels_in=6, **upsampler_stage), 1)
    image = saved(tmp_path / "clip_image_enc.pt", published.glide_clip_image(32, 1, 24, 4, 16), 2)
    text = saved(tmp_path / "clip_text_enc.pt", published.glide_clip_text(32, 1, 24, 600, 9), 3)
    return [
        "--family", "glide", "--checkpoint", base, "--upsampler", upsampler, "--clip-image", image, "--clip-text", text,
        "--tokenizer", clip_vocabulary,
    ]  # fmt: skip


def test_glide_with_upsampler_and_guide(tmp_path, clip_vocabulary):
    out = tmp_path / "bundle"
    export(*glide_options(tmp_path, clip_vocabulary), "--out", out)
    assert problems(out) == []
    said = read_description(out)
    assert list(said["modules"]) == ["text_encoder", "denoiser", "upsampler", "guide_text_encoder", "guide"]
    assert len(said["upsampler"]["timesteps"]) == 27 and said["upsampler"]["timesteps"][-2:] == [800, 997]
    assert said["upsampler"]["diffusion"]["betaSchedule"] == "linear" and said["diffusion"]["betaSchedule"] == "cosine"
    assert said["condition"]["contextElements"] == 2 * (8 * 32 + 128)
    tokens = torch.tensor([Tokenizer.from_file(str(out / "guide-tokenizer.json")).encode(text).ids for text in ("cat", "")])
    targets = load_module(out, "guide_text_encoder")(tokens)
    gradient, score, hit = load_module(out, "guide")(torch.randn(2, 3, 16, 16), torch.tensor([3, 800]), targets)
    assert gradient.abs().max() > 0 and 0 < score.abs().max() <= 100
    assert set(hit.tolist()) <= {0.0, 1.0}


def test_glide_s_base_alone_makes_small_pictures(tmp_path, clip_vocabulary):
    out = tmp_path / "bundle"
    options = glide_options(tmp_path, clip_vocabulary)
    export(*options[:4], *options[-2:], "--out", out)
    said = read_description(out)
    assert list(said["modules"]) == ["text_encoder", "denoiser"] and "upsampler" not in said and "guideCondition" not in said


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        (lambda weights: weights.pop("out.2.bias"), "missing    out.2.bias [6]"),
        (lambda weights: weights.update(stray=torch.zeros(2, 3)), "extra      stray [2,3]"),
        (lambda weights: weights.update({"out.0.weight": torch.zeros(7)}), "misshaped  out.0.weight is [7], not [32]"),
        (lambda weights: weights.update({"out.0.weight": torch.zeros(32, dtype=torch.int8)}), "out.0.weight holds torch.int8"),
    ],
    ids=["missing", "extra", "misshaped", "quantised"],
)
def test_lists_what_differs_and_writes_no_bundle(tmp_path, capsys, change, listed):
    weights = published.weights(adm_shapes())
    change(weights)
    torch.save(weights, tmp_path / "w.pt")
    said = refusal(capsys, "--family", "cadm", "--checkpoint", tmp_path / "w.pt", "--out", tmp_path / "bundle")
    assert listed in said and "1 keys differ" in said and said.endswith("no bundle was written")


def test_lists_every_difference_of_a_single_file_in_its_own_words(tmp_path, capsys, clip_vocabulary):
    path = compvis_file(tmp_path, ".ckpt")
    weights = torch.load(path, weights_only=True)["state_dict"]
    del weights["first_stage_model.decoder.up.3.block.0.norm1.weight"]
    options = ["--family", "sd", "--tokenizer", clip_vocabulary, "--checkpoint", path, "--out", tmp_path / "bundle"]
    torch.save(weights, path)
    assert "missing    first_stage_model.decoder.up.3.block.0.norm1.weight [64]" in refusal(capsys, *options)
    weights["stray.weight"] = torch.zeros(1)
    del weights["model.diffusion_model.input_blocks.1.0.in_layers.0.weight"]
    weights["first_stage_model.encoder.mid.attn_1.q.weight"] = torch.zeros(5, 64, 1, 1)
    del weights["cond_stage_model.transformer.text_model.final_layer_norm.bias"]
    torch.save(weights, path)
    said = refusal(capsys, *options)
    for listed in (
        "missing    first_stage_model.decoder.up.3.block.0.norm1.weight [64]",
        "missing    model.diffusion_model.input_blocks.1.0.in_layers.0.weight [32]",
        "missing    cond_stage_model.transformer.text_model.final_layer_norm.bias [24]",
        "misshaped  first_stage_model.encoder.mid.attn_1.q.weight is [5,64,1,1], not [64,64,1,1]",
        "extra      stray.weight [1]",
    ):
        assert f"  {listed}\n" in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cond_stage_model.transformer.text_model.final_layer_norm.bias", "cond_stage_model.transformer.final_layer_norm.bias"),
        ("model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.conv_in.weight"),
        ("first_stage_model.decoder.mid.attn_1.q.weight", "first_stage_model.decoder.mid_block.attentions.0.query.weight"),
    ],
)
def test_two_names_for_one_tensor_are_refused(tmp_path, capsys, clip_vocabulary, one, other):
    path = compvis_file(tmp_path, ".ckpt")
    weights = torch.load(path, weights_only=True)["state_dict"]
    torch.save({**weights, other: torch.zeros(3)}, path)
    said = refusal(capsys, "--family", "sd", "--tokenizer", clip_vocabulary, "--checkpoint", path, "--out", tmp_path / "bundle")
    assert f"{one} and {other} are two names for one tensor" in said


@pytest.mark.parametrize("family", ["dit", "sd"])
def test_an_autoencoder_of_another_scale_is_refused(tmp_path, capsys, clip_vocabulary, family):
    """SDXL's has the names and shapes of Stable Diffusion 1's."""
    checkpoint = compvis_file(tmp_path, ".ckpt")
    folder = diffusers_folder(tmp_path / "folder", checkpoint, clip_vocabulary)
    config = folder / "vae" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "scaling_factor": 0.13025}))
    options = ["--checkpoint", checkpoint, "--tokenizer", clip_vocabulary]
    if family == "dit":
        options = ["--checkpoint", saved(tmp_path / "dit.pt", published.dit(width=48, depth=2, side=8))]
    said = refusal(capsys, "--family", family, *options, "--vae", folder, "--out", tmp_path / "bundle")
    assert "scaling_factor is 0.13025, not 0.18215" in said


def test_a_malicious_pickle_is_refused_and_makes_no_file(tmp_path, capsys):
    left = tmp_path / "left-behind"

    class LeavesAFile:
        def __reduce__(self) -> tuple[Any, ...]:
            return open, (str(left), "w")

    torch.save({**published.weights(adm_shapes()), "x": LeavesAFile()}, tmp_path / "w.pt")
    said = refusal(capsys, "--family", "cadm", "--checkpoint", tmp_path / "w.pt", "--out", tmp_path / "bundle")
    assert "Unsupported global" in said
    assert not left.exists()


def test_weights_that_are_no_numbers_make_no_bundle(tmp_path, capsys):
    weights = published.weights(adm_shapes())
    weights["out.2.bias"][0] = float("nan")
    torch.save(weights, tmp_path / "w.pt")
    assert "differs" in refusal(capsys, "--family", "cadm", "--checkpoint", tmp_path / "w.pt", "--out", tmp_path / "bundle")


def test_a_module_that_differs_from_its_network_makes_no_bundle(tmp_path, capsys, monkeypatch):
    other = Denoiser(dataclasses.replace(ADM, embedded_classes=CLASSES + 1)).eval()
    monkeypatch.setattr(writing, "compiled", lambda role, module, contract: compiled(role, other, contract))
    checkpoint = saved(tmp_path / "w.pt", adm_shapes())
    said = refusal(capsys, "--family", "cadm", "--checkpoint", checkpoint, "--out", tmp_path / "bundle")
    assert "differs from its network by" in said


def interrupted() -> torch.nn.Module:
    raise KeyboardInterrupt


def terminated() -> torch.nn.Module:
    os.kill(os.getpid(), signal.SIGTERM)
    raise AssertionError("SIGTERM was not heard")


@pytest.fixture
def nobody_listens():
    """SIGTERM does nothing unless the export itself listens; by default it would end these tests."""
    previous = signal.signal(signal.SIGTERM, lambda number, frame: None)
    yield
    signal.signal(signal.SIGTERM, previous)


@pytest.mark.parametrize(("ended", "by"), [(interrupted, KeyboardInterrupt), (terminated, SystemExit)])
def test_an_export_that_is_ended_leaves_nothing(tmp_path, monkeypatch, nobody_listens, ended, by):
    monkeypatch.setattr(adm, "Part", lambda role, make, halve: Part(role, ended, halve))
    checkpoint, listening = saved(tmp_path / "w.pt", adm_shapes()), signal.getsignal(signal.SIGTERM)
    with pytest.raises(by):
        export("--family", "cadm", "--checkpoint", checkpoint, "--out", tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == [checkpoint]
    assert signal.getsignal(signal.SIGTERM) is listening


def test_a_folder_that_is_there_is_left_alone(tmp_path, capsys):
    (tmp_path / "bundle").mkdir()
    checkpoint = saved(tmp_path / "w.pt", adm_shapes())
    assert "exists" in refusal(capsys, "--family", "cadm", "--checkpoint", checkpoint, "--out", tmp_path / "bundle")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--family", "dit"], "dit needs --vae"),
        (["--family", "glide"], "glide needs --tokenizer"),
        (["--family", "adm", "--vae", "x"], "adm takes no --vae"),
        (["--family", "sd"], "--tokenizer names the folder"),
    ],
)
def test_says_which_option_is_wanting_or_foreign(tmp_path, capsys, options, reason):
    checkpoint = saved(tmp_path / "w.pt", adm_shapes())
    assert reason in refusal(capsys, *options, "--checkpoint", checkpoint, "--out", tmp_path / "bundle")


def test_a_pipeline_of_another_model_is_told_by_its_own_description(tmp_path, capsys, clip_vocabulary):
    folder = diffusers_folder(tmp_path / "folder", compvis_file(tmp_path, ".ckpt"), clip_vocabulary)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps({"prediction_type": "v_prediction"}))
    said = refusal(capsys, "--family", "sd", "--checkpoint", folder, "--out", tmp_path / "bundle")
    assert "prediction_type is 'v_prediction', not 'epsilon'" in said


@pytest.mark.parametrize(("text", "reason"), [("one\ntwo", "2 names"), ("\n".join(["same"] * CLASSES), "one class only: same")])
def test_a_list_of_classes_has_one_name_for_each(tmp_path, capsys, text, reason):
    (tmp_path / "names.txt").write_text(text)
    checkpoint = saved(tmp_path / "w.pt", adm_shapes())
    options = ["--family", "cadm", "--checkpoint", checkpoint, "--classes", tmp_path / "names.txt", "--out", tmp_path / "bundle"]
    said = refusal(capsys, *options)
    assert reason.split(":")[0] in said


@pytest.mark.parametrize("content", [None, b"caf\xe9"], ids=["missing", "not UTF-8"])
def test_a_list_of_classes_that_can_t_be_read_is_refused(tmp_path, capsys, content):
    if content:
        (tmp_path / "names.txt").write_bytes(content)
    options = ["--checkpoint", saved(tmp_path / "w.pt", adm_shapes()), "--classes", tmp_path / "names.txt", "--out", tmp_path / "bundle"]
    assert "names.txt: no list of classes" in refusal(capsys, "--family", "cadm", *options)


def test_a_classifier_of_another_size_is_refused(tmp_path, capsys, monkeypatch):
    larger = dataclasses.replace(CLASSIFIER, size=32, attention_sizes=(16,))
    monkeypatch.setattr(adm, "CLASSIFIERS", [Configuration("classifier-32", larger, (NoisyClassifier,))])
    classifier = saved(tmp_path / "c.pt", published.UNet(WIDTHS, 1, ATTENDED, channels_out=CLASSES).classifier(32))
    checkpoint = saved(tmp_path / "w.pt", adm_shapes())
    options = ["--family", "cadm", "--checkpoint", checkpoint, "--classifier", classifier, "--out", tmp_path / "bundle"]
    assert "reads pictures of side 32, not 16" in refusal(capsys, *options)


@pytest.mark.parametrize("family", ["cadm", "dit", "sd", "glide"])
def test_fp16_inside_is_close_to_fp32(tmp_path, classifier, clip_vocabulary, family):
    options = {
        "cadm": lambda: ["--checkpoint", saved(tmp_path / "w.pt", adm_shapes()), "--classifier", classifier],
        "dit": lambda: [
            "--checkpoint", saved(tmp_path / "w.pt", published.dit(width=48, depth=2, side=8)), "--vae", vae_file(tmp_path),
        ],
        "sd": lambda: ["--checkpoint", compvis_file(tmp_path, ".ckpt"), "--tokenizer", clip_vocabulary],
        "glide": lambda: glide_options(tmp_path, clip_vocabulary)[2:],
    }[family]()  # fmt: skip
    out = tmp_path / "bundle"
    export("--family", family, *options, "--out", out, "--dtype", "fp16")
    assert problems(out) == []
    entry = read_description(out)["modules"]["denoiser"]
    assert entry["precision"] == "fp16" and 0 < entry["relativeRmsToFp32"] <= writing.HALF_TOLERANCE
    held = load_module(out, "denoiser").state_dict().values()
    halves = sum(tensor.numel() for tensor in held if tensor.dtype == torch.float16)
    assert halves > 0.3 * entry["parameters"]


@pytest.mark.parametrize("configurations", ["stable_diffusion.UNETS", "stable_diffusion.TEXT_ENCODERS", "autoencoder.CONFIGURATIONS"])
def test_a_table_of_shapes_is_built_in_a_process_that_has_imported_nothing(configurations):
    module = configurations.split(".")[0]
    script = f"from sluice_models.checkpoints.families import {module}; print(len({configurations}[0].shapes()))"
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=KIT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and int(ran.stdout) > 100, ran.stderr
