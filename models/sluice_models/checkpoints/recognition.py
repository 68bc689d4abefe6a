"""Says which published configuration a checkpoint is, by its names and shapes alone; or what keeps it from being one.

The tables come from the networks themselves, built on the meta device: there is no second list to keep in step.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Configuration:
    """One published shape: what to call it, its numbers, and the networks whose keys lie side by side in the checkpoint.

    ``library`` is what a network imports when it is first built. It has to be there before: some libraries make tensors as they
    are imported, which fails while the meta device is the default.
    """

    name: str
    config: Any
    networks: tuple[Callable[[Any], nn.Module], ...]
    library: str = "torch"

    def shapes(self) -> Shapes:
        importlib.import_module(self.library)
        table: Shapes = {}
        with torch.device("meta"):
            for network in self.networks:
                table |= {name: tuple(tensor.shape) for name, tensor in network(self.config).state_dict().items()}
        return table


@dataclass(frozen=True)
class Differences:
    """What keeps a checkpoint from being one configuration; each entry names a key and its shape."""

    configuration: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    misshaped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.missing) + len(self.extra) + len(self.misshaped)

    def lines(self) -> list[str]:
        return [
            *(f"  missing    {entry}" for entry in self.missing),
            *(f"  extra      {entry}" for entry in self.extra),
            *(f"  misshaped  {entry}" for entry in self.misshaped),
        ]


class Unrecognised(RuntimeError):
    """A checkpoint is no published configuration; the message lists all that differs from the nearest."""


def recognised(
    path: Path,
    found: Mapping[str, Tensor],
    configurations: Sequence[Configuration],
    name_in_file: Callable[[str], str] = str,
) -> Configuration:
    """The configuration whose every name and shape the weights have, and no other name.

    ``name_in_file`` turns a name back into the file's own words, where the weights were translated.

    :raises Unrecognised: with the list of what differs from the configuration that differs least
    """
    everything = [_differences(found, configuration, name_in_file) for configuration in configurations]
    for configuration, differing in zip(configurations, everything):
        if not differing:
            return configuration
    nearest = min(everything, key=len)
    heading = f"{path}: {len(found)} tensors that are not {nearest.configuration}, which is nearest; {len(nearest)} keys differ:"
    raise Unrecognised("\n".join([heading, *nearest.lines()]))


def loaded(network: Callable[[], nn.Module], weights: Mapping[str, Tensor]) -> nn.Module:
    """The network holding these weights in fp32; those already in fp32 stay where they are, mapped from their file."""
    with _NoInitialisation():
        built = network()
    built.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=True, assign=True)
    return built.eval().requires_grad_(False)


def _differences(found: Mapping[str, Tensor], configuration: Configuration, name_in_file: Callable[[str], str]) -> Differences:
    expected = configuration.shapes()
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    common = [name for name in expected if name in shapes]
    return Differences(
        configuration.name,
        missing=tuple(f"{name_in_file(name)} {_text(shape)}" for name, shape in expected.items() if name not in shapes),
        extra=tuple(f"{name_in_file(name)} {_text(shape)}" for name, shape in shapes.items() if name not in expected),
        misshaped=tuple(
            [
                f"{name_in_file(name)} is {_text(shapes[name])}, not {_text(expected[name])}"
                for name in common
                if shapes[name] != expected[name]
            ]
            + [f"{name_in_file(name)} holds {found[name].dtype}" for name in common if not found[name].is_floating_point()]
        ),
    )


def _text(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


class _NoInitialisation(TorchFunctionMode):
    """Leaves parameters as they are allocated: they are about to be replaced, and untouched memory costs nothing."""

    def __torch_function__(self, function, types, arguments=(), options=None):  # type: ignore[no-untyped-def]
        options = options or {}
        if getattr(function, "__module__", None) == "torch.nn.init":
            return options["tensor"] if "tensor" in options else arguments[0]
        return function(*arguments, **options)
