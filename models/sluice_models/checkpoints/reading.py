"""Opens checkpoints of every public format as names and tensors, and runs nothing that is in them.

A pickle is a program. torch's restricted unpickler (``weights_only``) runs none but the few calls that rebuild tensors; on
top of those this module lets it meet the objects in ``_SET_ASIDE``, which training runs leave beside the weights, and gives
it an inert stand-in for each.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

PICKLED = (".pt", ".pth", ".ckpt", ".bin")
SAFETENSORS = ".safetensors"

_ZIP_MAGIC = b"PK\x03\x04"
_NESTS = ("ema", "state_dict", "model")  # in this order: facebookresearch/DiT samples from the average where there is one
_FOLDER_WEIGHTS = ("diffusion_pytorch_model", "model", "pytorch_model")
_SET_ASIDE = (
    "argparse.Namespace",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray.scalar",
    "numpy.dtype",
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
)


class UnreadableCheckpoint(RuntimeError):
    """The path holds no weights that can be read without running code."""


class _SetAside:
    """Stands in for an object of a training run; takes whatever the pickle says of it and forgets it."""

    def __init__(self, *arguments: object, **options: object):
        pass

    def __setstate__(self, state: object) -> None:
        pass


def read(path: Path) -> dict[str, Tensor]:
    """The weights of one file by name, mapped from the file where its format allows, so that only what is used is read."""
    if path.is_dir():
        raise UnreadableCheckpoint(f"{path} is a folder; a diffusers folder has model_index.json, its parts config.json")
    if not path.exists():
        raise UnreadableCheckpoint(f"{path}: no such file")
    if path.suffix == SAFETENSORS:
        return _safetensors(path)
    if path.suffix in PICKLED:
        return _weights_in(_unpickled(path), path)
    raise UnreadableCheckpoint(f"{path}: not a name of a checkpoint; those end in {', '.join((*PICKLED, SAFETENSORS))}")


def is_pipeline(path: Path) -> bool:
    """Whether the path is a diffusers folder of a whole pipeline."""
    return (path / "model_index.json").is_file()


def read_part(folder: Path) -> dict[str, Tensor]:
    """The weights of one part of a diffusers folder, such as ``unet/``: one file, or several under an index; fp32 before fp16."""
    for precision in ("", ".fp16"):
        for stem, suffix in itertools.product(_FOLDER_WEIGHTS, (SAFETENSORS, ".bin")):
            file = folder / f"{stem}{precision}{suffix}"
            index = file.with_name(f"{file.name}.index.json")
            if index.is_file():
                return _sharded(index)
            if file.is_file():
                return read(file)
    raise UnreadableCheckpoint(f"{folder}: no weights; looked for {' and '.join(f'{stem}.*' for stem in _FOLDER_WEIGHTS)}")


def part_config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """The JSON that describes a part; empty where there is none."""
    file = folder / name
    return read_json(_text(file), file) if file.is_file() else {}


def read_json(text: str, file: Path) -> dict[str, Any]:
    """The object that a file's text says."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as broken:
        raise UnreadableCheckpoint(f"{file}: not JSON: {broken}") from broken
    if not isinstance(content, dict):
        raise UnreadableCheckpoint(f"{file}: a JSON object belongs here")
    return content


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise UnreadableCheckpoint(f"{file}: {broken}") from broken


def _sharded(index: Path) -> dict[str, Tensor]:
    placed: Mapping[str, str] = read_json(_text(index), index).get("weight_map", {})
    whole: dict[str, Tensor] = {}
    for name in sorted(set(placed.values())):
        if Path(name).name != name:
            raise UnreadableCheckpoint(f"{index}: {name} is not the name of a file beside it")
        whole |= read(index.parent / name)
    return whole


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  the file itself is no iterable
    except (SafetensorError, OSError) as broken:
        raise UnreadableCheckpoint(f"{path}: {broken}") from broken


def _unpickled(path: Path) -> object:
    stand_ins: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
        (type(name.rpartition(".")[2], (_SetAside,), {}), name) for name in _SET_ASIDE
    ]
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
        with torch.serialization.safe_globals(stand_ins):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except Exception as refused:  # bytes that are no pickle make the unpickler fail in any way: IndexError, KeyError, struct.error
        raise UnreadableCheckpoint(f"{path}: not readable as weights alone: {_reason(refused)}") from refused


def _reason(refused: Exception) -> str:
    """The line of torch's message that says what was met; the others advise to run the file's code after all."""
    lines = str(refused).splitlines() or [type(refused).__name__]
    return next((line.split(". Please use")[0] for line in lines if "WeightsUnpickler error" in line), lines[0])


def _weights_in(content: object, path: Path) -> dict[str, Tensor]:
    """The innermost table of tensors: the content itself, or what it has under ``ema``, ``state_dict`` or ``model``."""
    for nested in _within(content):
        weights = {name: value for name, value in nested.items() if isinstance(name, str) and isinstance(value, Tensor)}
        if weights:
            return weights
    raise UnreadableCheckpoint(f"{path}: holds no table of weights, neither on top nor under {', '.join(_NESTS)}")


def _within(content: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(content, Mapping):
        for nest in _NESTS:
            if isinstance(content.get(nest), Mapping):
                yield from _within(content[nest])
        yield content
