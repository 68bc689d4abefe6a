"""A run that is stopped and resumed ends where an unbroken one ends, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sluice_models.data.picture_sets import PictureSet
from sluice_models.recipes.glyphs_adm import classifier_trainer, denoiser_trainer
from sluice_models.training.trainer import TrainingPlan, begin_from, run, trained
from tiny import TINY_CLASSIFIER, TINY_DENOISER

CPU = torch.device("cpu")


@pytest.fixture
def pool() -> PictureSet:
    rng = np.random.default_rng(0)
    return PictureSet(rng.integers(0, 256, (32, 3, 32, 32), dtype=np.uint8), rng.integers(0, 10, 32))


def plan(steps: int) -> TrainingPlan:
    return TrainingPlan(steps=steps, seed=9, batch=4, warmup_steps=1, decay_share=0.01, checkpoint_every=2)


@pytest.mark.parametrize(("make", "config"), [(denoiser_trainer, TINY_DENOISER), (classifier_trainer, TINY_CLASSIFIER)])
def test_two_steps_then_two_more_equal_four(make, config, pool, tmp_path):
    unbroken = make(config, plan(4), pool, CPU)
    run(unbroken, tmp_path / "unbroken.ckpt")
    run(make(config, plan(2), pool, CPU), tmp_path / "broken.ckpt")
    resumed = make(config, plan(4), pool, CPU)
    run(resumed, tmp_path / "broken.ckpt")
    for mine, theirs in ((unbroken.network, resumed.network), (unbroken.ema.network, resumed.ema.network)):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name


def test_two_replicas_find_the_gradient_of_one(pool):
    alone, paired = (denoiser_trainer(TINY_DENOISER, plan(1), pool, CPU, replicas) for replicas in (1, 2))
    alone.advance()
    paired.advance()
    for (name, mine), theirs in zip(alone.network.named_parameters(), paired.network.parameters()):
        assert mine.grad is not None and theirs.grad is not None
        assert torch.allclose(mine.grad, theirs.grad, rtol=1e-3, atol=1e-5), name


def test_training_moves_the_network_and_its_average(pool, tmp_path):
    trainer = denoiser_trainer(TINY_DENOISER, plan(2), pool, CPU)
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    run(trainer, tmp_path / "run.ckpt")
    assert not torch.equal(before["input_blocks.0.0.weight"], trainer.network.state_dict()["input_blocks.0.0.weight"])
    averaged, steps = trained(denoiser_trainer(TINY_DENOISER, plan(2), pool, CPU).network, tmp_path / "run.ckpt")
    assert steps == 2
    assert torch.equal(averaged.get_parameter("out.2.weight"), trainer.ema.network.get_parameter("out.2.weight"))


def test_checkpoint_of_another_seed_is_refused(pool, tmp_path):
    run(classifier_trainer(TINY_CLASSIFIER, plan(2), pool, CPU), tmp_path / "run.ckpt")
    other = TrainingPlan(steps=4, seed=10, batch=4)
    with pytest.raises(ValueError, match="seed 9"):
        run(classifier_trainer(TINY_CLASSIFIER, other, pool, CPU), tmp_path / "run.ckpt")


def test_learning_rate_warms_up_holds_and_falls_to_nothing():
    whole = TrainingPlan(steps=1000, seed=0, learning_rate=1.0, warmup_steps=100, decay_share=0.2)
    assert whole.learning_rate_at(0) == pytest.approx(0.01)
    assert whole.learning_rate_at(500) == 1.0
    assert whole.learning_rate_at(900) == pytest.approx(0.5)
    assert whole.learning_rate_at(999) == pytest.approx(0.005)


def test_an_optimiser_that_begins_anew_warms_up_from_there_whatever_stops_come_after(pool, tmp_path):
    whole = TrainingPlan(steps=1000, seed=9, batch=4, learning_rate=1.0, warmup_steps=100)
    checkpoint = tmp_path / "run.ckpt"
    begin_from(denoiser_trainer(TINY_DENOISER, whole, pool, CPU).network, 400, whole, checkpoint)
    for _ in range(2):
        trainer = denoiser_trainer(TINY_DENOISER, whole, pool, CPU)
        trainer.restore(checkpoint)
        trainer.save(checkpoint)
    assert (trainer.step, trainer.begun) == (400, 400)
    assert whole.learning_rate_at(400, begun=trainer.begun) == pytest.approx(0.01)
    assert whole.learning_rate_at(600, begun=trainer.begun) == 1.0


def test_the_first_step_of_an_optimiser_that_begins_anew_is_a_small_one(pool, tmp_path):
    assert largest_change(0, pool, tmp_path) > 50 * largest_change(400, pool, tmp_path)


def largest_change(begun: int, pool: PictureSet, folder: Path) -> float:
    """Of a parameter in step 401, taken by an optimiser that knows of none before it."""
    whole = TrainingPlan(steps=1000, seed=9, batch=4, warmup_steps=100)
    checkpoint = folder / f"{begun}.ckpt"
    trainer = denoiser_trainer(TINY_DENOISER, whole, pool, CPU)
    begin_from(trainer.network, 400, whole, checkpoint)
    torch.save({**torch.load(checkpoint, weights_only=True), "begun": begun}, checkpoint)
    trainer.restore(checkpoint)
    before = [value.detach().clone() for value in trainer.network.parameters()]
    trainer.advance()
    return max((mine - theirs).abs().max().item() for mine, theirs in zip(before, trainer.network.parameters()))
