"""Every public file format is read as names and tensors; code in a file is never run."""

from __future__ import annotations

import argparse
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sluice_models.checkpoints.reading import UnreadableCheckpoint, part_config, read, read_part

WEIGHTS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2)}


class LeavesAFile:
    """A malicious pickle: whoever unpickles it opens a file for writing, as it might open anything."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


def assert_same(found: dict[str, torch.Tensor]) -> None:
    assert found.keys() == WEIGHTS.keys()
    assert all(torch.equal(found[name], WEIGHTS[name]) for name in WEIGHTS)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt", ".bin"])
@pytest.mark.parametrize("zipped", [True, False])
def test_reads_pickled_weights_of_both_container_formats(tmp_path, suffix, zipped):
    torch.save(WEIGHTS, tmp_path / f"w{suffix}", _use_new_zipfile_serialization=zipped)
    assert_same(read(tmp_path / f"w{suffix}"))


def test_reads_safetensors(tmp_path):
    save_file(WEIGHTS, tmp_path / "w.safetensors")
    assert_same(read(tmp_path / "w.safetensors"))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="the list of mappings is Linux's")
def test_maps_a_zipped_file_instead_of_copying_it(tmp_path):
    torch.save(WEIGHTS, tmp_path / "w.pt")
    kept = read(tmp_path / "w.pt")
    assert kept and str(tmp_path / "w.pt") in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("nest", ["state_dict", "ema", "model"])
def test_finds_weights_under_the_usual_nests(tmp_path, nest):
    torch.save({nest: WEIGHTS, "epoch": 3}, tmp_path / "w.ckpt")
    assert_same(read(tmp_path / "w.ckpt"))


def test_prefers_the_average_of_a_training_checkpoint(tmp_path):
    other = {name: torch.zeros_like(tensor) for name, tensor in WEIGHTS.items()}
    torch.save({"model": other, "ema": WEIGHTS, "opt": {"state": {0: torch.ones(2)}}}, tmp_path / "w.pt")
    assert_same(read(tmp_path / "w.pt"))


def test_sets_aside_what_training_runs_leave_beside_the_weights(tmp_path, monkeypatch):
    module = types.ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    callback = type("ModelCheckpoint", (), {"__module__": module.__name__})
    monkeypatch.setattr(module, "ModelCheckpoint", callback, raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for parent in ("pytorch_lightning.callbacks", "pytorch_lightning"):
        monkeypatch.setitem(sys.modules, parent, types.ModuleType(parent))
    content = {
        "state_dict": WEIGHTS,
        "args": argparse.Namespace(lr=1e-4),
        "callbacks": {callback: {"best": np.float64(0.5)}},
    }
    torch.save(content, tmp_path / "w.ckpt")
    monkeypatch.delitem(sys.modules, module.__name__)
    assert_same(read(tmp_path / "w.ckpt"))


@pytest.mark.parametrize("zipped", [True, False])
def test_refuses_a_malicious_pickle_and_runs_none_of_it(tmp_path, zipped):
    left = tmp_path / "left-behind"
    torch.save({**WEIGHTS, "x": LeavesAFile(left)}, tmp_path / "w.pt", _use_new_zipfile_serialization=zipped)
    with pytest.raises(UnreadableCheckpoint, match=r"Unsupported global: GLOBAL io\.open"):
        read(tmp_path / "w.pt")
    assert not left.exists()
    torch.load(tmp_path / "w.pt", weights_only=False)["x"].close()
    assert left.exists(), "the pickle was harmless, so the test shows nothing"


def test_refuses_a_script_in_place_of_weights(tmp_path):
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), tmp_path / "w.pt")
    with pytest.raises(UnreadableCheckpoint, match="not readable as weights alone"):
        read(tmp_path / "w.pt")


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_refuses_bytes_that_are_no_checkpoint(tmp_path, name):
    (tmp_path / name).write_bytes(b"not a checkpoint, whatever its name says")
    with pytest.raises(UnreadableCheckpoint):
        read(tmp_path / name)


@pytest.mark.parametrize("first", ["R", "t", "s", "e", "b", "J", "G", "h", ".", "K", "("])
@pytest.mark.parametrize("rest", ["", "\n\n", "est of a text that somebody saved under this name\n"])
def test_refuses_a_text_whichever_opcode_it_begins_with(tmp_path, first, rest):
    (tmp_path / "w.pt").write_text(first + rest)
    with pytest.raises(UnreadableCheckpoint, match="not readable as weights alone"):
        read(tmp_path / "w.pt")


def test_refuses_a_description_that_is_not_utf_8(tmp_path):
    (tmp_path / "config.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(UnreadableCheckpoint, match=r"config\.json"):
        part_config(tmp_path)


def test_refuses_a_file_cut_short(tmp_path):
    torch.save({"a": torch.ones(100_000)}, tmp_path / "w.pt")
    (tmp_path / "w.pt").write_bytes((tmp_path / "w.pt").read_bytes()[:200_000])
    with pytest.raises(UnreadableCheckpoint):
        read(tmp_path / "w.pt")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ({"epoch": 3}, "w.pt", "no table of weights"),
        ([1, 2], "w.pt", "no table of weights"),
        ({0: torch.ones(1)}, "w.pt", "no table of weights"),
        (WEIGHTS, "w.onnx", "not a name of a checkpoint"),
    ],
)
def test_says_why_a_file_is_no_checkpoint(tmp_path, content, name, reason):
    torch.save(content, tmp_path / name)
    with pytest.raises(UnreadableCheckpoint, match=reason):
        read(tmp_path / name)


def test_says_that_a_file_is_not_there(tmp_path):
    with pytest.raises(UnreadableCheckpoint, match="no such file"):
        read(tmp_path / "w.pt")


def test_reads_a_part_of_a_diffusers_folder_in_one_file_or_several(tmp_path):
    one, several = tmp_path / "one", tmp_path / "several"
    one.mkdir(), several.mkdir()
    save_file(WEIGHTS, one / "diffusion_pytorch_model.fp16.safetensors")
    placed = {name: f"model-{i}.safetensors" for i, name in enumerate(WEIGHTS)}
    for name, file in placed.items():
        save_file({name: WEIGHTS[name]}, several / file)
    (several / "model.safetensors.index.json").write_text(json.dumps({"weight_map": placed}))
    assert_same(read_part(one))
    assert_same(read_part(several))


@pytest.mark.parametrize("whole", ["diffusion_pytorch_model.bin", "pytorch_model.bin", "model.safetensors"])
def test_prefers_fp32_to_fp16_whatever_their_formats(tmp_path, whole):
    save_file(
        {name: torch.zeros_like(tensor).half() for name, tensor in WEIGHTS.items()}, tmp_path / "diffusion_pytorch_model.fp16.safetensors"
    )
    (save_file if whole.endswith(".safetensors") else torch.save)(WEIGHTS, tmp_path / whole)
    assert_same(read_part(tmp_path))


def test_an_index_leads_to_no_file_outside_its_folder(tmp_path):
    folder = tmp_path / "part"
    folder.mkdir()
    save_file(WEIGHTS, tmp_path / "w.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a.weight": "../w.safetensors"}}))
    with pytest.raises(UnreadableCheckpoint, match="not the name of a file beside it"):
        read_part(folder)
