"""One thread, tiny networks, and a way to run what needs no torch where there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sluice_models.networks.adm import Denoiser, NoisyClassifier

_LARGE = ("torch", "diffusers", "transformers")


class _LeftOut:
    """Skips whatever imports one of the large libraries, a module of tests as a whole.

    It stands before all other finders: what lies on the path by such a name need not be a library that runs.
    """

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name in _LARGE:
            pytest.skip(f"needs {name}", allow_module_level=True)
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-torch", action="store_true", help=f"skip what needs {', '.join(_LARGE)}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--without-torch"):
        sys.meta_path.insert(0, _LeftOut)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def denoiser() -> Denoiser:
    from tiny import tiny_denoiser

    return tiny_denoiser()


@pytest.fixture
def classifier() -> NoisyClassifier:
    from tiny import tiny_classifier

    return tiny_classifier()
