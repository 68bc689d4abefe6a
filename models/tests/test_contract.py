"""The scripted modules do what a worker is promised: shapes, gradients, independence of rows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sluice_models.bundles.bundle import description
from sluice_models.bundles.comparing import TOLERANCE, outputs
from sluice_models.bundles.contract import AuditorModule, Contract, DenoiserModule, GuideModule
from sluice_models.bundles.exporting import compiled
from sluice_models.recipes.glyphs_adm import FACTS

CONTRACT = Contract(description(FACTS, Path(), {}), Path())


@pytest.fixture
def eager(denoiser, classifier) -> dict[str, nn.Module]:
    return {"denoiser": DenoiserModule(denoiser), "guide": GuideModule(classifier), "auditor": AuditorModule(classifier)}


@pytest.fixture
def modules(eager) -> dict[str, torch.jit.ScriptModule]:
    return {role: compiled(role, module, CONTRACT) for role, module in eager.items()}


def inputs(n: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn((n, 3, 32, 32), generator=generator)
    return x, torch.randint(1000, (n,), generator=generator), torch.randint(10, (n,), generator=generator)


def test_denoiser_returns_eps_and_v(modules):
    assert modules["denoiser"](*inputs(3)).shape == (3, 6, 32, 32)


def test_denoiser_takes_the_null_class(modules):
    x, t, label = inputs(2)
    given, none = modules["denoiser"](x, t, label), modules["denoiser"](x, t, torch.full_like(label, 10))
    assert not torch.equal(given, none)


def test_guide_gradient_is_the_slope_of_log_p(modules):
    x, t, target = inputs(2)
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    gradient = modules["guide"](x, t, target)[0]
    step = 1e-2
    rise = modules["guide"](x + step * direction, t, target)[1] - modules["guide"](x - step * direction, t, target)[1]
    slope = (gradient * direction).sum(dim=(1, 2, 3))
    assert torch.allclose(rise / (2 * step), slope, rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize("enabled", [True, False])
def test_guide_needs_no_gradient_mode_and_leaves_it_as_it_was(modules, enabled):
    with torch.set_grad_enabled(enabled):
        for _ in range(4):  # a script is specialised after its first calls
            found = modules["guide"](*inputs(2))
            assert torch.is_grad_enabled() == enabled
            assert not any(tensor.requires_grad for tensor in found)
            assert found[0].abs().max() > 0


def test_guide_leaves_its_input_alone(modules):
    x, t, target = inputs(2)
    before = x.clone()
    modules["guide"](x, t, target)
    assert torch.equal(x, before)
    assert not x.requires_grad


def test_auditor_agrees_with_a_guide_of_the_same_parameters(modules):
    _, log_p, hit = modules["guide"](*inputs(4))
    audited_log_p, audited_hit = modules["auditor"](*inputs(4))
    assert torch.allclose(log_p, audited_log_p, atol=1e-6)
    assert torch.equal(hit, audited_hit)


def test_hit_is_one_where_the_target_is_the_likeliest(modules):
    x, t, _ = inputs(1)
    every = torch.arange(10)
    log_p, hit = modules["auditor"](x.expand(10, -1, -1, -1), t.expand(10), every)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-5)
    assert hit.sum() == 1
    assert hit[log_p.argmax()] == 1


@pytest.mark.parametrize("name", ["denoiser", "guide", "auditor"])
def test_row_does_not_depend_on_its_neighbours(modules, name):
    x, t, label = inputs(5)
    other_x, other_t, other_label = inputs(5, seed=1)
    other_x[2], other_t[2], other_label[2] = x[2], t[2], label[2]
    for _ in range(3):  # a script is specialised after its first calls
        mine, theirs = modules[name](x, t, label), modules[name](other_x, other_t, other_label)
    for a, b in zip((mine,) if isinstance(mine, Tensor) else mine, (theirs,) if isinstance(theirs, Tensor) else theirs):
        assert torch.equal(a[2], b[2])


@pytest.mark.parametrize("name", ["denoiser", "guide", "auditor"])
def test_script_equals_network(modules, eager, name):
    for expected, actual in zip(*(outputs(name, module, CONTRACT, (1, 4, 4, 4, 7, 1)) for module in (eager[name], modules[name]))):
        assert all((e - a).abs().max() <= TOLERANCE for e, a in zip(expected, actual, strict=True))
