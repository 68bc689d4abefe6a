"""``export`` on checkpoints of full size, key for key as published but with random weights: hours and gigabytes.

Run as ``python -m pytest -m slow -s tests/test_export_full_size.py``. Each case runs the command in a process of its own, as a
user does, and prints how long it took and the most memory that it had resident, the mapped checkpoint included.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file

import published
from sluice_models.bundles.bundle import read_description, sha256_of
from sluice_models.bundles.comparing import TOLERANCE
from sluice_models.checkpoints.vocabularies import byte_symbols
from sluice_models.checkpoints.writing import HALF_TOLERANCE

pytestmark = pytest.mark.slow
KIT = Path(__file__).parent.parent
GPT2_ENTRIES, CLIP_ENTRIES = 50_257, 49_408


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """A folder whose gigabytes go when the test ends, passed or not."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def file(path: Path, shapes: published.Shapes, nest: str = "") -> Path:
    weights = published.weights(shapes)
    torch.save({nest: weights} if nest else weights, path)
    return path


def vocabularies(folder: Path) -> Path:
    """GPT-2's and CLIP's forms with as many entries as the published ones; merges that need no text to be learned from."""
    folder.mkdir()
    letters = byte_symbols()
    pairs = [(a, b) for a in letters for b in letters]
    gpt2 = [*letters, *("".join(pair) for pair in pairs[: GPT2_ENTRIES - 257]), "<|endoftext|>"]
    merges = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in pairs), ""])
    (folder / "encoder.json.gz").write_bytes(gzip.compress(json.dumps({symbol: i for i, symbol in enumerate(gpt2)}).encode()))
    (folder / "vocab.bpe.gz").write_bytes(
        gzip.compress("\n".join(["#version: 0.2", *(" ".join(pair) for pair in pairs[: GPT2_ENTRIES - 257]), ""]).encode())
    )
    (folder / "bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress(merges.encode()))
    return folder


def cadm(size: int) -> Callable[[Path], list[object]]:
    def options(folder: Path) -> list[object]:
        checkpoint = file(folder / f"{size}x{size}_diffusion.pt", published.adm(size, 1000))
        classifier = file(folder / f"{size}x{size}_classifier.pt", published.adm_classifier(size))
        return ["--family", "cadm", "--checkpoint", checkpoint, "--classifier", classifier]

    return options


def adm_256(folder: Path) -> list[object]:
    checkpoint = file(folder / "256x256_diffusion_uncond.pt", published.adm(256, 0))
    classifier = file(folder / "256x256_classifier.pt", published.adm_classifier(256))
    return ["--family", "adm", "--checkpoint", checkpoint, "--classifier", classifier]


def dit(size: int) -> Callable[[Path], list[object]]:
    def options(folder: Path) -> list[object]:
        checkpoint = file(folder / f"DiT-XL-2-{size}x{size}.pt", published.dit(side=size // 8))
        vae = file(folder / "vae-ft-ema-560000-ema-pruned.ckpt", published.vae(), nest="state_dict")
        return ["--family", "dit", "--checkpoint", checkpoint, "--vae", vae]

    return options


def glide(folder: Path) -> list[object]:
    return [
        "--family", "glide",
        "--checkpoint", file(folder / "base.pt", published.glide_base()),
        "--upsampler", file(folder / "upsample.pt", published.glide_upsampler()),
        "--clip-image", file(folder / "clip_image_enc.pt", published.glide_clip_image()),
        "--clip-text", file(folder / "clip_text_enc.pt", published.glide_clip_text()),
        "--tokenizer", vocabularies(folder / "tokenizer"),
    ]  # fmt: skip


def sd_single_file(folder: Path) -> list[object]:
    whole = published.compvis_file(published.sd_unet(), published.vae(), published.clip_text())
    torch.save({"state_dict": whole, "global_step": 840000}, folder / "v1-5-pruned-emaonly.ckpt")
    return ["--family", "sd", "--checkpoint", folder / "v1-5-pruned-emaonly.ckpt", "--tokenizer", vocabularies(folder / "tokenizer")]


def sd_folder(folder: Path) -> list[object]:
    """Names and shapes of the parts are diffusers' own; half precision, as the smaller of the published downloads."""
    pipeline = folder / "stable-diffusion-v1-5"
    with torch.device("meta"):
        unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
        )
    for part, name, shapes in (
        ("unet", "diffusion_pytorch_model.fp16", {n: tuple(t.shape) for n, t in unet.state_dict().items()}),
        ("vae", "diffusion_pytorch_model.fp16", {n: tuple(t.shape) for n, t in vae.state_dict().items()}),
        ("text_encoder", "model.fp16", published.clip_text()),
    ):
        (pipeline / part).mkdir(parents=True)
        save_file({n: tensor.half() for n, tensor in published.drawn(shapes, 0)}, pipeline / part / f"{name}.safetensors")
    (pipeline / "model_index.json").write_text("{}")
    vocabularies(pipeline / "tokenizer")
    return ["--family", "sd", "--checkpoint", pipeline]


CASES = {
    "cadm-64": cadm(64),
    "cadm-128": cadm(128),
    "cadm-256": cadm(256),
    "adm-256-unconditional": adm_256,
    "dit-xl-2-256": dit(256),
    "dit-xl-2-512": dit(512),
    "glide": glide,
    "sd-1-single-file": sd_single_file,
    "sd-1-folder": sd_folder,
}


def assert_exports(folder: Path, options: list[object], case: str, dtype: str = "fp32") -> dict[str, Any]:
    """Runs the command, prints its figures, and checks what it wrote; the description it wrote."""
    out = folder / "bundle"
    command = [sys.executable, "-m", "sluice_models", "export", *map(str, options), "--out", str(out), "--dtype", dtype]
    started = time.monotonic()
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=KIT, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        seconds, said = time.monotonic() - started, (folder / "log").read_text()
    read = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and out not in path.parents)
    print(
        f"\n{case} {dtype}: {seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor, "
        f"read {read:,} bytes, at most {used.ru_maxrss * 1024:,} bytes resident\n{said}"
    )
    assert os.waitstatus_to_exitcode(status) == 0, said
    described = read_description(out)
    for entry in described["modules"].values():
        assert sha256_of(out / entry["file"]) == entry["sha256"]
        assert entry["largestDifference"] <= TOLERANCE
        assert entry.get("relativeRmsToFp32", 0) <= HALF_TOLERANCE
    return described


@pytest.mark.parametrize("case", CASES)
def test_full_size_checkpoint_becomes_a_verified_bundle(folder, case):
    assert "denoiser" in assert_exports(folder, draw(case, folder), case)["modules"]


@pytest.mark.parametrize("case", ["cadm-64", "dit-xl-2-256", "sd-1-folder"])
def test_full_size_checkpoint_in_fp16_stays_near_fp32(folder, case):
    said = assert_exports(folder, draw(case, folder), case, "fp16")
    assert said["modules"]["denoiser"]["precision"] == "fp16"


def test_full_size_checkpoint_with_one_key_less_makes_no_bundle(folder):
    shapes = published.dit()
    del shapes["blocks.27.mlp.fc2.bias"]
    checkpoint, vae = file(folder / "DiT-XL-2-256x256.pt", shapes), file(folder / "vae.pt", published.vae())
    command = [sys.executable, "-m", "sluice_models", "export", "--family", "dit", "--checkpoint", checkpoint, "--vae", vae]
    ran = subprocess.run([*map(str, command), "--out", str(folder / "bundle")], cwd=KIT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "missing    blocks.27.mlp.fc2.bias [1152]" in ran.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["DiT-XL-2-256x256.pt", "vae.pt"]


def draw(case: str, folder: Path) -> list[object]:
    """A case's files, made in a process that ends: its memory is the test's alone."""
    script = (
        "import json, sys, pathlib, test_export_full_size as tests\n"
        "print(json.dumps([str(option) for option in tests.CASES[sys.argv[1]](pathlib.Path(sys.argv[2]))]))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{KIT}:{KIT / 'tests'}"}
    command = [sys.executable, "-c", script, case, str(folder)]
    ran = subprocess.run(command, env=environment, cwd=KIT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(ran.stdout.splitlines()[-1])
