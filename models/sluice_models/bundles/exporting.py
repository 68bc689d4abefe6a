"""Compiles networks into a bundle, and refuses when a script does not compute what its network does."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import torch
from torch import nn

from sluice_models.bundles.bundle import Facts, description, sha256_of
from sluice_models.bundles.contract import Contract
from sluice_models.networks.adm import parameter_count
from sluice_models.networks.stable_diffusion import Traced

BATCH_SIZES = (1, 4, 4, 4, 7, 1)
TOLERANCE = 1e-5
HALF_TOLERANCE = 1e-3
_VERSION_RECORDS = ("version", ".data/version")  # the second from format version 6 on
_WRITTEN_BY_THE_WRITER = (*_VERSION_RECORDS, "byteorder", ".data/serialization_id")


class ExportRefused(RuntimeError):
    """A scripted module differs from its network."""


def export_bundle(
    folder: Path,
    modules: dict[str, nn.Module],
    facts: Facts,
    training: dict,
    files: dict[str, Path] | None = None,
    batch_sizes: tuple[int, ...] = BATCH_SIZES,
) -> None:
    """Writes the modules, then bundle.json; each file appears whole or not at all.

    ``modules`` by role, each in the contract's shape; ``files`` are copied beside them, by their name in the bundle: tokenizers above all.
    Every script is compared with its module over batches of ``batch_sizes``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in (files or {}).items():
        shutil.copyfile(source, folder / name)
    content = description(facts, folder, training)
    contract = Contract(content, folder)
    written = {role: _write_module(folder, role, module, contract, batch_sizes) for role, module in modules.items()}
    for role, path in written.items():
        digest = sha256_of(path)
        content["modules"][role] = {"file": f"{role}.pt", "sha256": digest, "parameters": parameter_count(modules[role])}
    partial_json = folder / "bundle.json.partial"
    partial_json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    for role, path in written.items():
        path.replace(folder / f"{role}.pt")
    partial_json.replace(folder / "bundle.json")


def compiled(role: str, module: nn.Module, contract: Contract) -> torch.jit.ScriptModule:
    """A module as TorchScript: scripted, or traced over a batch of three where its parts can't be scripted."""
    module = module.eval()
    if not any(isinstance(part, Traced) for part in module.modules()):
        return torch.jit.script(module)
    inputs = contract.inputs(role, 3, torch.Generator().manual_seed(0))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # what they warn of, largest_difference tests
        return torch.jit.trace(module, inputs, check_trace=False)


def save_without_source_paths(scripted: torch.jit.ScriptModule, path: Path) -> None:
    """Saves a script without its debug records: which line of which file, by absolute path, an operator came from.

    With them the bytes, and so the checksum, would depend on where the kit is installed. Records are copied one by one, so
    that a network of gigabytes is not in memory a second time.
    """
    whole = path.with_name(f"{path.name}.whole")
    try:
        torch.jit.save(scripted, str(whole))
        reader, writer = torch._C.PyTorchFileReader(str(whole)), torch._C.PyTorchFileWriter(str(path))
        records = reader.get_all_records()
        writer.set_min_version(int(reader.get_record(next(name for name in _VERSION_RECORDS if name in records))))
        for record in records:
            if record not in _WRITTEN_BY_THE_WRITER and not record.endswith(".debug_pkl"):
                content = reader.get_record(record)
                writer.write_record(record, content, len(content))
        writer.write_end_of_file()
    finally:
        whole.unlink(missing_ok=True)


def largest_difference(
    role: str,
    module: nn.Module,
    script: torch.jit.ScriptModule,
    contract: Contract,
    batch_sizes: tuple[int, ...] = BATCH_SIZES,
) -> float:
    """The largest absolute difference between module and script over random inputs of several batch sizes.

    A script is specialised after its first calls, so each batch size should be called more than once.
    """
    generator = torch.Generator().manual_seed(0)
    largest = 0.0
    for n in batch_sizes:
        inputs = contract.inputs(role, n, generator)
        for expected, actual in zip(_tensors(module(*inputs)), _tensors(script(*inputs)), strict=True):
            largest = max(largest, (expected - actual).abs().max().item())
    return largest


def _tensors(returned: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return (returned,) if isinstance(returned, torch.Tensor) else returned


def _write_module(folder: Path, role: str, module: nn.Module, contract: Contract, batch_sizes: tuple[int, ...]) -> Path:
    partial = folder / f"{role}.pt.partial"
    save_without_source_paths(compiled(role, module, contract), partial)
    difference = largest_difference(role, module, torch.jit.load(partial, map_location="cpu"), contract, batch_sizes)
    half = any(parameter.dtype == torch.float16 for parameter in module.parameters())
    tolerance = HALF_TOLERANCE if half else TOLERANCE
    if not difference <= tolerance:
        partial.unlink()
        raise ExportRefused(f"{role}: the script differs from the network by {difference:.2e}, more than {tolerance:.0e}")
    print(f"{role}: {parameter_count(module):,} parameters, script equals network to {difference:.1e}")
    return partial
