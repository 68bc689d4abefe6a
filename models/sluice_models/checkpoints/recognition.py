"""Says which published configuration a checkpoint is, by its names and shapes alone; or what keeps it from being one.

The tables come from the networks themselves, built on the meta device: there is no second list to keep in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Configuration:
    """One published shape of a network: what to call it, and how to build it.

    """

    name: str
    build: Callable[[], nn.Module]

    def shapes(self) -> Shapes:
        with torch.device("meta"):
            return {name: tuple(tensor.shape) for name, tensor in self.build().state_dict().items()}


C = TypeVar("C", bound=Configuration)


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
    """A checkpoint is no published configuration; the message lists every key that differs from the nearest."""


def differences(found: Mapping[str, Tensor], configuration: Configuration) -> Differences:
    expected = configuration.shapes()
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    misshaped = [
        f"{name} is {_text(shapes[name])}, not {_text(expected[name])}"
        for name in expected
        if name in shapes and shapes[name] != expected[name]
    ]
    misshaped += [f"{name} holds {found[name].dtype}" for name in expected if name in found and not found[name].is_floating_point()]
    return Differences(
        configuration.name,
        tuple(f"{name} {_text(shape)}" for name, shape in expected.items() if name not in shapes),
        tuple(f"{name} {_text(shape)}" for name, shape in shapes.items() if name not in expected),
        tuple(misshaped),
    )


def recognised(path: Path, found: Mapping[str, Tensor], configurations: Sequence[C]) -> C:
    """The configuration whose every name and shape the weights have, and no other name.

    :raises Unrecognised: with the list of what differs from the configuration that differs least
    """
    nearest: Differences | None = None
    for configuration in configurations:
        differing = differences(found, configuration)
        if not differing:
            return configuration
        if nearest is None or len(differing) < len(nearest):
            nearest = differing
    assert nearest is not None
    heading = f"{path}: {len(found)} tensors, not {nearest.configuration}, which is nearest; {len(nearest)} keys differ:"
    raise Unrecognised("\n".join([heading, *nearest.lines()]))


def loaded(configuration: Configuration, weights: Mapping[str, Tensor]) -> nn.Module:
    """The network holding these weights in fp32; those already in fp32 stay where they are, mapped from their file."""
    with _NoInitialisation():
        network = configuration.build()
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=True, assign=True)
    return network.eval().requires_grad_(False)


class _NoInitialisation(TorchFunctionMode):
    """Leaves parameters as they are allocated: they are about to be replaced, and untouched memory costs nothing."""

    def __torch_function__(self, function, types, arguments=(), options=None):  # type: ignore[no-untyped-def]
        options = options or {}
        if getattr(function, "__module__", None) == "torch.nn.init":
            return options["tensor"] if "tensor" in options else arguments[0]
        return function(*arguments, **options)


def _text(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"
