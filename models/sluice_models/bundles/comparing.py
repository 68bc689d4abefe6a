"""What a module says to random inputs, and how far apart two modules are in what they say."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from sluice_models.bundles.contract import Contract

TOLERANCE = 1e-5
"""By how much a module may differ from the network that it was made from; see ``largest_difference``."""

Outputs = list[tuple[Tensor, ...]]
"""Everything a module returned, a tuple for each batch."""


class ExportRefused(RuntimeError):
    """A bundle can't be written: a module differs from its network, or the folder is taken."""


@torch.no_grad()
def outputs(role: str, module: nn.Module, contract: Contract, batch_sizes: tuple[int, ...]) -> Outputs:
    """What ``module`` says to random batches of these sizes, the same whenever it is asked."""
    generator = Generator().manual_seed(0)
    said = []
    for rows in batch_sizes:
        returned = module(*contract.inputs(role, rows, generator))
        said.append((returned,) if isinstance(returned, Tensor) else tuple(returned))
    return said


def largest_difference(expected: Outputs, actual: Outputs) -> float:
    """max |a - e| / max(1, max |e|) over all outputs: absolute where they are of order 1, relative where they are larger.

    NaN where either holds one, so ask for ``<=`` a tolerance, which NaN never is.

    :raises ExportRefused: if ``actual`` has other shapes, or is not fp32
    """
    pairs = [(e, a) for said, again in zip(expected, actual, strict=True) for e, a in zip(said, again, strict=True)]
    for e, a in pairs:
        if a.shape != e.shape or a.dtype != torch.float32:
            raise ExportRefused(f"a module returns {a.dtype} {list(a.shape)} where float32 {list(e.shape)} belongs")
    # torch's maximum, since Python's passes over NaN.
    return torch.stack([(a - e).abs().max() / e.abs().max().clamp(min=1) for e, a in pairs]).max().item()


def require_within(difference: float, tolerance: float, what: str) -> None:
    """:raises ExportRefused: if the difference is larger than the tolerance, or NaN"""
    if not difference <= tolerance:
        raise ExportRefused(f"{what} {difference:.2e}, more than {tolerance:.0e}")
