"""A judge calls a picture right if everything that was asked for is there, and the one that is kept here reads well."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from sluice_models.bundles.bundle import BadBundle
from sluice_models.data import scenes
from sluice_models.data.attributes import ATTRIBUTES, COLOUR, SIZE, UNSAID, Combinations, target_code
from sluice_models.data.picture_sets import PictureSet
from sluice_models.judging.judge_folder import load_judge, load_prompts, write_judge
from sluice_models.judging.judges import (
    JudgeModule,
    SceneReader,
    attributes_right,
    judge_trainer,
    prompts_right,
    read_attributes,
    reader_loss,
)
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.training.examples import PictureSource, scaled
from sluice_models.training.trainer import TrainingPlan, step_generator
from tiny import shaken

KEPT = Path(__file__).parents[1] / "judges" / "scenes"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> SceneReader:
    torch.manual_seed(3)
    return shaken(SceneReader())


@pytest.fixture(scope="module")
def drawn() -> PictureSet:
    return scenes.draw(8, range(24), Combinations.ALL)


@pytest.fixture(scope="module")
def pictures(drawn) -> torch.Tensor:
    return scaled(torch.from_numpy(drawn.pixels))


def judged(network: SceneReader, pictures: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    target = torch.from_numpy(target_code(labels.numpy()))
    return JudgeModule(network).eval()(pictures, torch.zeros_like(target), target)


def test_picture_is_right_if_all_that_is_asked_is_read(network, pictures):
    found = JudgeModule(network).read(pictures)
    assert judged(network, pictures, found)[1].tolist() == [1.0] * len(pictures)


@pytest.mark.parametrize("attribute", range(len(ATTRIBUTES)))
def test_one_wrong_attribute_makes_it_wrong_and_an_unsaid_one_does_not(network, pictures, attribute):
    asked = JudgeModule(network).read(pictures)
    asked[:, attribute] = (asked[:, attribute] + 1) % len(list(ATTRIBUTES.values())[attribute])
    assert judged(network, pictures, asked)[1].tolist() == [0.0] * len(pictures)
    asked[:, attribute] = UNSAID
    assert judged(network, pictures, asked)[1].tolist() == [1.0] * len(pictures)


def test_log_p_sums_over_what_is_said(network, pictures, drawn):
    labels = torch.from_numpy(drawn.labels)
    parts = network(pictures).split([len(classes) for classes in ATTRIBUTES.values()], dim=1)
    expected = torch.zeros(len(pictures))
    for row, label in enumerate(labels.tolist()):
        for part, wanted in zip(parts, label):
            if wanted != UNSAID:
                expected[row] += torch.log_softmax(part[row], dim=0)[wanted]
    assert torch.allclose(judged(network, pictures, labels)[0], expected, atol=1e-4)


def test_row_does_not_depend_on_the_others(network, pictures, drawn):
    labels = torch.from_numpy(drawn.labels)
    whole = judged(network, pictures, labels)
    alone = judged(network, pictures[5:6], labels[5:6])
    assert torch.allclose(whole[0][5:6], alone[0], atol=1e-4)
    assert torch.equal(whole[1][5:6], alone[1])


def test_loss_leaves_the_unsaid_out(network, drawn):
    source = PictureSource(PictureSet(drawn.pixels, np.full_like(drawn.labels, UNSAID)), Process(Schedule.cosine(), CPU), CPU)
    entropy, report = reader_loss(network, source.batch(step_generator(0, 0), 8))
    assert entropy.item() == 0
    assert report["hits"] == 1


def test_training_lowers_the_loss(drawn):
    trainer = judge_trainer(TrainingPlan(steps=40, seed=1, batch=8, learning_rate=2e-3, warmup_steps=1), drawn, CPU)
    reports = [trainer.advance()["entropy"] for _ in range(40)]
    assert sum(reports[-5:]) < 0.8 * sum(reports[:5])


def test_rates_count_only_what_is_asked():
    asked = torch.tensor([[0, 1, 2, 3, 8, 8], [5, UNSAID, 2, 3, 4, 5], [1, 0, 0, 0, 8, 8]])
    found = asked.clone()
    found[1, SIZE], found[2, COLOUR] = 1, 7
    assert str(prompts_right(found, asked)).startswith("2/3")
    rates = attributes_right(found, asked)
    assert (rates["size"].hits, rates["size"].count) == (2, 2)
    assert (rates["colour"].hits, rates["colour"].count) == (2, 3)


def test_folder_is_written_and_read_back(network, pictures, drawn, tmp_path):
    prompts = {kind.value: scenes.prompts(1, 5, kind) for kind in Combinations}
    write_judge(tmp_path, network, prompts, {"seed": 3})
    assert torch.equal(load_judge(tmp_path).read(pictures), JudgeModule(network).read(pictures))
    texts, targets = load_prompts(tmp_path, Combinations.HELD_OUT)
    assert texts == prompts["held-out"][0]
    assert np.array_equal(targets, target_code(prompts["held-out"][1]))


@pytest.mark.parametrize(
    ("file", "read"), [("judge.pt", load_judge), ("prompts.json", lambda folder: load_prompts(folder, Combinations.TRAINING))]
)
def test_changed_file_is_refused(file, read, tmp_path):
    folder = shutil.copytree(KEPT, tmp_path / "scenes")
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(BadBundle, match=file):
        read(folder)


def test_kept_judge_knows_todays_attributes_and_prompts():
    description = json.loads((KEPT / "judge.json").read_text())
    assert description["attributes"] == {name: list(classes) for name, classes in ATTRIBUTES.items()}
    for kind in (Combinations.TRAINING, Combinations.HELD_OUT):
        assert len(set(load_prompts(KEPT, kind)[1].tolist())) > 250
    assert (KEPT / "judge.pt").stat().st_size <= 2 * 1024 * 1024


@pytest.mark.parametrize("combinations", [Combinations.TRAINING, Combinations.HELD_OUT])
def test_kept_judge_reads_scenes_it_has_not_seen(combinations):
    fresh = scenes.draw(99, range(500), combinations)
    found = read_attributes(load_judge(KEPT), torch.from_numpy(fresh.pixels))
    labels = torch.from_numpy(fresh.labels)
    assert prompts_right(found, labels).share >= 0.98
    for name, rate in attributes_right(found, labels).items():
        assert rate.share >= 0.99, name
