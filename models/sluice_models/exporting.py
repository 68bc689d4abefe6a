"""Scripts trained networks into a bundle, and refuses when a script does not compute what its network does."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import torch
from torch import nn

from sluice_models.adm import parameter_count
from sluice_models.bundle import Defaults, Label, description, sha256_of
from sluice_models.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.glyphs import CLASSES, SIZE

TOLERANCE = 1e-5
HALF_TOLERANCE = 1e-3
_WRITTEN_BY_THE_WRITER = ("version", "byteorder", ".data/serialization_id")
_WRAPPERS = {"denoiser": DenoiserModule, "guide": GuideModule, "auditor": AuditorModule}


class ExportRefused(RuntimeError):
    """A scripted module differs from its network."""


def export_bundle(folder: Path, networks: dict[str, nn.Module], label: Label, defaults: Defaults, training: dict) -> None:
    """Writes the modules, then bundle.json; each file appears whole or not at all. ``networks`` by module name."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {name: _write_module(folder, name, network) for name, network in networks.items()}
    parameters = {name: parameter_count(network) for name, network in networks.items()}
    content = description(label, defaults, parameters, {name: sha256_of(path) for name, path in written.items()}, training)
    partial_json = folder / "bundle.json.partial"
    partial_json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    for name, path in written.items():
        path.replace(folder / f"{name}.pt")
    partial_json.replace(folder / "bundle.json")


def script_module(name: str, network: nn.Module) -> torch.jit.ScriptModule:
    return torch.jit.script(_WRAPPERS[name](network).eval())


def save_without_source_paths(scripted: torch.jit.ScriptModule, path: Path) -> None:
    """Saves a script without its debug records, which hold the exporting machine's file names."""
    buffer = io.BytesIO()
    torch.jit.save(scripted, buffer)
    buffer.seek(0)
    reader, writer = torch._C.PyTorchFileReader(buffer), torch._C.PyTorchFileWriter(str(path))
    writer.set_min_version(int(reader.get_record("version")))
    for record in reader.get_all_records():
        if record not in _WRITTEN_BY_THE_WRITER and not record.endswith(".debug_pkl"):
            content = reader.get_record(record)
            writer.write_record(record, content, len(content))
    writer.write_end_of_file()


def largest_difference(name: str, network: nn.Module, scripted: torch.jit.ScriptModule) -> float:
    """The largest absolute difference between network and script over random inputs of several batch sizes.

    A script is specialised after its first calls, so each batch size is called more than once.
    """
    eager = _WRAPPERS[name](network).eval()
    generator = torch.Generator().manual_seed(0)
    largest = 0.0
    for n in (1, 4, 4, 4, 7, 1):
        x = torch.randn((n, 3, SIZE, SIZE), generator=generator)
        t = torch.randint(1000, (n,), generator=generator)
        label = torch.randint(len(CLASSES), (n,), generator=generator)
        for expected, actual in zip(_tensors(eager(x, t, label)), _tensors(scripted(x, t, label)), strict=True):
            largest = max(largest, (expected - actual).abs().max().item())
    return largest


def _tensors(returned: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return (returned,) if isinstance(returned, torch.Tensor) else returned


def _without_source_positions(script: Path) -> None:
    """Drops what only error messages use: which line of which file, by absolute path, an operator came from.

    With it the bytes, and so the checksum, would depend on where the kit is installed.
    """
    whole = script.with_suffix(".whole")
    script.replace(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(script, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                new.writestr(entry, old.read(entry))
    whole.unlink()


def _write_module(folder: Path, name: str, network: nn.Module) -> Path:
    partial = folder / f"{name}.pt.partial"
    save_without_source_paths(script_module(name, network), partial)
    _without_source_positions(partial)
    difference = largest_difference(name, network, torch.jit.load(partial, map_location="cpu"))
    half = any(parameter.dtype == torch.float16 for parameter in network.parameters())
    tolerance = HALF_TOLERANCE if half else TOLERANCE
    if not difference <= tolerance:
        partial.unlink()
        raise ExportRefused(f"{name}: the script differs from the network by {difference:.2e}, more than {tolerance:.0e}")
    print(f"{name}: {parameter_count(network):,} parameters, script equals network to {difference:.1e}")
    return partial
