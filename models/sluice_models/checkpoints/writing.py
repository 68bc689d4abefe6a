"""Writes a bundle whole or not at all, and compares every module with its network after reading it back from its file.

Public networks have gigabytes of weights, so one module is made, written, compared and let go before the next; the bundle
grows in a folder beside its own and takes its name at the end.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sluice_models.bundles.bundle import description, sha256_of, write_description
from sluice_models.bundles.comparing import TOLERANCE, ExportRefused, Outputs, largest_difference, outputs, require_within
from sluice_models.bundles.contract import Contract
from sluice_models.bundles.exporting import compiled, folder_beside, save_without_source_paths
from sluice_models.checkpoints.assembly import Assembly, Part
from sluice_models.checkpoints.precision import RoundedProducts
from sluice_models.networks.adm import parameter_count

HALF_TOLERANCE = 2e-2
"""How far fp16 may be from fp32, by ``relative_rms``. fp16 rounds to 2⁻¹¹ = 4.9e-4 of a value. A path through these networks meets
some hundreds of roundings, of independent signs, so sqrt(hundreds)·4.9e-4 ≈ 1e-2 of an output's size is what to expect, and twice
that is a fault."""
# Few and small: a module of full size takes minutes a row.
_BATCH_SIZES = (1, 2)


@dataclass(frozen=True)
class Examples:
    """Random inputs of one role, the same whenever they are asked for."""

    role: str
    contract: Contract

    def outputs(self, module: nn.Module) -> Outputs:
        """What the module says at each batch size, called as a worker calls it: no gradients, no optimising executor.

        fp16 is computed as a GPU does, whatever this CPU can.
        """
        with torch.jit.optimized_execution(False), RoundedProducts():
            return outputs(self.role, module, self.contract, _BATCH_SIZES)


def write_bundle(folder: Path, assembly: Assembly, training: dict[str, Any], half: bool) -> None:
    """Tokenizers and modules, then ``bundle.json`` with their hashes; nothing under ``folder`` until all have passed.

    :raises ExportRefused: if the folder is taken or a module differs from its network
    """
    if folder.exists():
        raise ExportRefused(f"{folder} exists; remove it, or choose another --out")
    with folder_beside(folder) as partial:
        for name, tokenizer in assembly.tokenizers.items():
            tokenizer.save(str(partial / name))
        content = description(assembly.facts, partial, training)
        contract = Contract(content, partial)
        for part in assembly.parts:
            content["modules"][part.role] = _write_part(partial, part, Examples(part.role, contract), half)
        write_description(partial, content)
        partial.rename(folder)


def _write_part(folder: Path, part: Part, examples: Examples, half: bool) -> dict[str, Any]:
    """Makes, writes, reads back and compares one module; its entry in bundle.json."""
    path = folder / f"{part.role}.pt"
    module = part.make().eval()
    parameters = parameter_count(module)
    exact: Outputs = []
    if half and part.halve is not None:
        exact = examples.outputs(module)
        part.halve(module)
    expected = examples.outputs(module)
    save_without_source_paths(compiled(part.role, module, examples.contract), path)
    del module
    _give_back_memory()
    actual = examples.outputs(torch.jit.load(path, map_location="cpu").eval())
    _give_back_memory()
    difference = largest_difference(expected, actual)
    require_within(difference, TOLERANCE, f"{part.role}: the module differs from its network by")
    entry = {"file": path.name, "sha256": sha256_of(path), "parameters": parameters, "largestDifference": difference}
    report = f"{part.role}: {parameters:,} parameters, {path.stat().st_size:,} bytes, equals its network to {difference:.1e}"
    if exact:
        lost = relative_rms(exact, actual)
        require_within(lost, HALF_TOLERANCE, f"{part.role}: fp16 differs from fp32, relative to its root mean square, by")
        entry |= {"precision": "fp16", "relativeRmsToFp32": lost}
        report += f"; fp16 is off by {lost:.1e} of its root mean square"
    print(report, flush=True)
    return entry


def _give_back_memory() -> None:
    """Returns freed weights to the system: glibc keeps blocks of less than 32 MiB, which is what most of them are."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def relative_rms(expected: Outputs, actual: Outputs) -> float:
    """The largest rms(a - e) / rms(e) over batches, of what is first in each: a prediction, a gradient."""
    firsts = zip((said[0] for said in expected), (said[0] for said in actual), strict=True)
    return torch.stack([((a - e).square().mean() / e.square().mean()).sqrt() for e, a in firsts]).max().item()
