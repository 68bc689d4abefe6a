"""Compiles networks into a bundle, and refuses when a script does not compute what its network does."""

from __future__ import annotations

import contextlib
import shutil
import signal
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sluice_models.bundles.bundle import DESCRIPTION, Facts, description, recorded_files, sha256_of, write_description
from sluice_models.bundles.comparing import TOLERANCE, largest_difference, outputs, require_within
from sluice_models.bundles.contract import Contract
from sluice_models.networks.adm import parameter_count
from sluice_models.networks.stable_diffusion import Traced

ROUNDING_TOLERANCE = 1e-3
"""For scripts that compute in fp16: two to three roundings of 4.9e-4 may fall otherwise than in the network."""
# A script is specialised after its first calls, so a batch size comes more than once.
_BATCH_SIZES = (1, 4, 4, 4, 7, 1)
_VERSION_RECORDS = ("version", ".data/version")  # the second from format version 6 on
_WRITTEN_BY_THE_WRITER = (*_VERSION_RECORDS, "byteorder", ".data/serialization_id")


def export_bundle(
    folder: Path, modules: dict[str, nn.Module], facts: Facts, training: dict[str, Any], files: Mapping[str, Path] | None = None
) -> None:
    """Writes a bundle into ``folder`` and leaves what else is in there alone; until every module has passed, nothing changes.

    ``modules`` by role, each in the contract's shape; ``files`` are copied beside them, by their name in the bundle: tokenizers above all.
    Those that no other entry of bundle.json has by SHA-256 are in its ``training``, under ``files``.

    :raises ExportRefused: if a script differs from its module
    """
    with folder_beside(folder) as whole:
        for name, source in (files or {}).items():
            shutil.copyfile(source, whole / name)
        content = description(facts, whole, training)
        others = (files or {}).keys() - recorded_files(content).keys()
        if others:
            content["training"] = {**training, "files": {name: sha256_of(whole / name) for name in sorted(others)}}
        contract = Contract(content, whole)
        for role, module in modules.items():
            path = _write_module(whole, role, module, contract)
            content["modules"][role] = {"file": path.name, "sha256": sha256_of(path), "parameters": parameter_count(module)}
        write_description(whole, content)
        folder.mkdir(parents=True, exist_ok=True)
        # bundle.json last: whoever reads the folder meanwhile finds files that are not what the old one says, and refuses them.
        for path in sorted(whole.iterdir(), key=lambda path: path.name == DESCRIPTION):
            path.replace(folder / path.name)


@contextlib.contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """An empty hidden folder beside ``folder`` to make a bundle in; it is gone on leaving, unless it was given another name.

    SIGTERM ends the process as Ctrl-C does meanwhile, so that it is left.
    """
    folder = folder.absolute()
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        partial.mkdir(parents=True)
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        signal.signal(signal.SIGTERM, previous)


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def compiled(role: str, module: nn.Module, contract: Contract) -> torch.jit.ScriptModule:
    """A module as TorchScript: scripted, or traced over a batch of three where its parts can't be scripted."""
    module = module.eval()
    if not any(isinstance(part, Traced) for part in module.modules()):
        return torch.jit.script(module)
    inputs = contract.inputs(role, 3, torch.Generator().manual_seed(0))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # what they warn of, the comparison tests
        return torch.jit.trace(module, inputs, check_trace=False)


def save_without_source_paths(scripted: torch.jit.ScriptModule, path: Path) -> None:
    """Saves a script without its debug records: which line of which file, by absolute path, an operator came from.

    With them the bytes, and so the checksum, would depend on where the kit is installed. Records are copied one by one, so
    that a network of gigabytes is not in memory a second time.
    """
    whole = path.with_name(f"{path.name}.whole")
    try:
        torch.jit.save(scripted, str(whole))
        reader: Any = torch._C.PyTorchFileReader(str(whole))  # torch's types lack get_all_records
        writer = torch._C.PyTorchFileWriter(str(path))
        records = reader.get_all_records()
        writer.set_min_version(int(reader.get_record(next(name for name in _VERSION_RECORDS if name in records))))
        for record in records:
            if record not in _WRITTEN_BY_THE_WRITER and not record.endswith(".debug_pkl"):
                content = reader.get_record(record)
                writer.write_record(record, content, len(content))
        writer.write_end_of_file()
    finally:
        whole.unlink(missing_ok=True)


def _write_module(folder: Path, role: str, module: nn.Module, contract: Contract) -> Path:
    path = folder / f"{role}.pt"
    partial = path.with_name(f"{path.name}.partial")  # a script holds the name it is saved under, less its ending: so bytes stay the same
    save_without_source_paths(compiled(role, module, contract), partial)
    partial.rename(path)
    expected = outputs(role, module, contract, _BATCH_SIZES)
    difference = largest_difference(expected, outputs(role, torch.jit.load(path, map_location="cpu"), contract, _BATCH_SIZES))
    half = any(parameter.dtype == torch.float16 for parameter in module.parameters())
    require_within(difference, ROUNDING_TOLERANCE if half else TOLERANCE, f"{role}: the script differs from the network by")
    print(f"{role}: {parameter_count(module):,} parameters, script equals network to {difference:.1e}")
    return path
