"""Says which published configuration a checkpoint is, by its names and shapes alone; or what keeps it from being one.

The tables come from the networks themselves, built on the meta device: there is no second list to keep in step.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from sluice_models.checkpoints.reading import part_config

Shape = tuple[int, ...]
Shapes = dict[str, Shape]
Network = TypeVar("Network", bound=nn.Module)


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


@dataclass(frozen=True)
class Wording:
    """How a file says what was translated: its own word for a name, and its own shape of the tensor that has the name here."""

    name: Callable[[str], str] = str
    shape: Callable[[str, Shape], Shape] = lambda name, shape: shape


@dataclass(frozen=True)
class Candidate:
    """Weights, the published configuration that differs least from them, and how."""

    path: Path
    weights: Mapping[str, Tensor]
    configuration: Configuration
    differences: Differences

    def told(self) -> list[str]:
        """Every key that differs, a line each under a heading; nothing where none does."""
        if not self.differences:
            return []
        what = f"{len(self.weights)} tensors that are not {self.configuration.name}, which is nearest"
        return [f"{self.path}: {what}; {len(self.differences)} keys differ:", *self.differences.lines()]


def candidate(
    path: Path, weights: Mapping[str, Tensor], configurations: Sequence[Configuration], wording: Wording = Wording()
) -> Candidate:
    """The weights beside the configuration that they are, or are nearest to; differences are told in the file's ``wording``."""
    everything = [Candidate(path, weights, one, _differences(weights, one, wording)) for one in configurations]
    return min(everything, key=lambda one: len(one.differences))


def require_nothing_told(*told: Sequence[str]) -> None:
    """:raises Unrecognised: with all the lines at once"""
    lines = [line for part in told for line in part]
    if lines:
        raise Unrecognised("\n".join(lines))


def recognised(path: Path, weights: Mapping[str, Tensor], configurations: Sequence[Configuration]) -> Configuration:
    """The configuration whose every name and shape the weights have, and no other name.

    :raises Unrecognised: with the list of what differs from the configuration that differs least
    """
    found = candidate(path, weights, configurations)
    require_nothing_told(found.told())
    return found.configuration


def require_facts(file: Path, facts: Mapping[str, object], model: str) -> None:
    """What shapes can't tell: a folder's own description must say, where it says anything, what ``model`` computes.

    :raises Unrecognised: with every fact that is another one
    """
    said = part_config(file.parent, file.name)
    wrong = [f"  {key} is {said[key]!r}, not {value!r}" for key, value in facts.items() if said.get(key, value) != value]
    if wrong:
        raise Unrecognised("\n".join([f"{file}: this is not {model}:", *wrong]))


def loaded(network: Callable[[], Network], weights: Mapping[str, Tensor]) -> Network:
    """The network holding these weights in fp32; those already in fp32 stay where they are, mapped from their file."""
    with _NoInitialisation():
        built = network()
    built.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=True, assign=True)
    return built.eval().requires_grad_(False)


def _differences(found: Mapping[str, Tensor], configuration: Configuration, wording: Wording) -> Differences:
    expected = configuration.shapes()
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    common = [name for name in expected if name in shapes]

    def told(name: str, shape: Shape) -> str:
        return shape_text(wording.shape(name, shape))

    return Differences(
        missing=tuple(f"{wording.name(name)} {told(name, shape)}" for name, shape in expected.items() if name not in shapes),
        extra=tuple(f"{wording.name(name)} {told(name, shape)}" for name, shape in shapes.items() if name not in expected),
        misshaped=tuple(
            [
                f"{wording.name(name)} is {told(name, shapes[name])}, not {told(name, expected[name])}"
                for name in common
                if shapes[name] != expected[name]
            ]
            + [f"{wording.name(name)} holds {found[name].dtype}" for name in common if not found[name].is_floating_point()]
        ),
    )


def shape_text(shape: Shape) -> str:
    return f"[{','.join(map(str, shape))}]"


class _NoInitialisation(TorchFunctionMode):
    """Leaves parameters as they are allocated: they are about to be replaced, and untouched memory costs nothing."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, arguments: tuple[Any, ...] = (), options: dict[str, Any] | None = None
    ) -> Any:
        options = options or {}
        if getattr(function, "__module__", None) == "torch.nn.init":
            return options["tensor"] if "tensor" in options else arguments[0]
        return function(*arguments, **options)
