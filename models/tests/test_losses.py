"""What networks are trained on: the null condition's share, equal captions, the smaller picture, and each loss's minimum."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.data.attributes import ATTRIBUTE_CLASSES, UNSAID
from sluice_models.networks.stable_diffusion import AutoencoderConfig
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.training.examples import AutoencoderSource, Examples, KindredSource, NoisedSource, UpsamplingSource, halved, scaled
from sluice_models.training.losses import attribute_loss, autoencoder_loss, contrastive_loss, denoiser_loss, sample_loss, velocity_loss
from sluice_models.training.pairs import Autoencoding, CaptionReader, TextToPicture

CPU = torch.device("cpu")
NULL = torch.tensor([7, 7])
PROCESS = Process(Schedule.evenly("linear"))


def examples(labels: Tensor, coin: Tensor) -> Examples:
    x0 = torch.zeros(len(labels), 3, 4, 4)
    return Examples(labels, x0, torch.zeros(len(labels), dtype=torch.int64), x0 + 1, x0, coin)


def pictures() -> NoisedSource:
    torch.manual_seed(0)
    stored = torch.randint(256, (9, 3, 8, 8), dtype=torch.uint8)
    return NoisedSource(stored, torch.arange(18).reshape(9, 2), scaled, PROCESS, CPU)


def test_half_of_the_timesteps_come_from_the_noisiest_part():
    stored = torch.zeros((1, 3, 8, 8), dtype=torch.uint8)
    source = NoisedSource(stored, torch.zeros((1, 2), dtype=torch.int64), scaled, PROCESS, CPU, noisiest=0.1)
    t = source.batch(torch.Generator().manual_seed(0), 3_000).t
    assert t.min() < 20
    assert t.max() == 999
    assert (t >= 900).float().mean().item() == pytest.approx(0.5 + 0.5 * 0.1, abs=0.03)


def test_half_of_the_kindred_batches_are_of_one_kind():
    kinds = torch.arange(9) % 3
    stored, labels = torch.zeros((9, 3, 8, 8), dtype=torch.uint8), torch.arange(9)
    source = KindredSource(stored, labels, kinds, scaled, PROCESS, CPU)
    alike = [len(kinds[source.batch(torch.Generator().manual_seed(seed), 20).labels].unique()) == 1 for seed in range(400)]
    assert sum(alike) / len(alike) == pytest.approx(0.5, abs=0.08)
    drawn = torch.cat([source.batch(torch.Generator().manual_seed(seed), 20).labels for seed in range(100)])
    assert drawn.unique().tolist() == list(range(9))


def test_text_is_dropped_where_the_coin_falls_below_the_share():
    seen = []

    def network(x, t, tokens):
        seen.append(tokens)
        return x

    velocity_loss(PROCESS, 0.3, NULL)(network, examples(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0.29, 0.3])))
    assert seen[0].tolist() == [[7, 7], [3, 4]]


def test_velocity_loss_is_the_mean_square_of_what_v_is_off():
    source, generator = pictures(), torch.Generator().manual_seed(1)
    given = source.batch(generator, 6)
    wrong = given.eps + torch.randn(given.eps.shape, generator=generator)

    def velocity(eps: Tensor) -> Tensor:
        """v = sqrt(abar) eps - sqrt(1 - abar) x_0, x_0 as eps has it."""
        abar = PROCESS.alpha_bar(given.t)[:, None, None, None]
        x0 = (given.x - (1 - abar).sqrt() * eps) / abar.sqrt()
        return abar.sqrt() * eps - (1 - abar).sqrt() * x0

    loss, report = velocity_loss(PROCESS, 0.0, NULL)(lambda x, t, tokens: wrong, given)
    assert loss.item() == report["velocity"] == pytest.approx((velocity(wrong) - velocity(given.eps)).square().mean().item(), rel=1e-5)


def test_velocity_loss_trains_a_variance_as_the_hybrid_loss_does():
    given = pictures().batch(torch.Generator().manual_seed(1), 6)

    def network(x: Tensor, t: Tensor, tokens: Tensor) -> Tensor:
        return torch.cat([given.eps, 0.1 * given.x], dim=1)

    loss, report = velocity_loss(PROCESS, 0.0, NULL)(network, given)
    assert report["velocity"] == 0
    assert loss.item() == report["vlb"] == pytest.approx(denoiser_loss(PROCESS, 0.0, NULL)(network, given)[1]["vlb"])


def test_a_second_stage_is_shown_the_smaller_picture_too():
    given = UpsamplingSource(pictures(), 0.1).batch(torch.Generator().manual_seed(1), 6)
    seen = []

    def network(x: Tensor, t: Tensor, low: Tensor, tokens: Tensor) -> Tensor:
        seen.append(low)
        return given.eps

    assert sample_loss(PROCESS, 0.0, NULL, 0.05)(network, given)[0].item() == 0
    assert seen[0] is given.low


def test_sample_loss_is_the_mean_square_of_what_x0_is_off():
    source, generator = pictures(), torch.Generator().manual_seed(1)
    given = source.batch(generator, 6)
    abar = PROCESS.alpha_bar(given.t)[:, None, None, None]
    wrong = given.x0 + 0.1 * torch.randn(given.x0.shape, generator=generator)
    eps = ((given.x - abar.sqrt() * wrong) / (1 - abar).sqrt()).float()

    loss, report = sample_loss(PROCESS, 0.0, NULL, 0.1)(lambda x, t, tokens: eps, given)
    assert loss.item() == report["sample"] == pytest.approx((wrong - given.x0).square().mean().item() / 0.1**2, rel=1e-3)


def test_contrastive_loss_does_not_tell_equal_captions_apart():
    tokens = torch.tensor([[1, 1], [2, 2], [1, 1]])
    points = torch.eye(2)[[0, 1, 0]]
    loss, report = contrastive_loss(lambda x, t, tokens: (points, points, torch.tensor(50.0)), examples(tokens, torch.ones(3)))
    assert report["hits"] == 1
    assert loss.item() == pytest.approx(torch.log(torch.tensor(2.0)).item() * 2 / 3, abs=1e-4)


def test_contrastive_loss_is_least_where_each_picture_is_at_its_own_caption():
    tokens = torch.tensor([[1, 1], [2, 2]])
    losses = [
        contrastive_loss(lambda x, t, given: (torch.eye(2), points, torch.tensor(50.0)), examples(tokens, torch.ones(2)))[0].item()
        for points in (torch.eye(2), torch.eye(2).flip(0))
    ]
    assert losses[0] == pytest.approx(0, abs=1e-4)
    assert losses[1] > 10


def test_attributes_that_are_unsaid_cost_nothing():
    labels = torch.tensor([[0, UNSAID, 2, 3, 4, 5]])
    right = torch.cat([F.one_hot(torch.tensor([max(label, 0)]), count) for label, count in zip(labels[0], ATTRIBUTE_CLASSES)], dim=1)
    loss, report = attribute_loss(50.0 * right, labels)
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert report["hits"] == 1
    assert attribute_loss(-50.0 * right, labels)[0].item() > 5 * 49
    assert attribute_loss(-50.0 * right, labels)[1]["hits"] == 0


class Says(nn.Module):
    """The same whatever it is told."""

    def __init__(self, said: Tensor):
        super().__init__()
        self.said = nn.Buffer(said)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.said


def test_caption_reader_looks_at_the_last_token_alone():
    contexts = torch.randn(2, 3 * 4 + 5)
    reader = CaptionReader(Says(contexts), width=4)
    before = reader(torch.zeros(2, 3, dtype=torch.int64))
    contexts[:, :8] += 1
    contexts[:, 12:] += 1
    assert torch.equal(reader(torch.zeros(2, 3, dtype=torch.int64)), before)
    contexts[:, 8:12] += 1
    assert not torch.equal(reader(torch.zeros(2, 3, dtype=torch.int64)), before)


def test_autoencoder_loss_vanishes_where_the_picture_comes_back_from_pure_noise():
    class Posterior:
        mean = torch.zeros(2, 4, 2, 2)

        def kl(self):
            return torch.zeros(2)

    given = dataclasses.replace(examples(torch.zeros(2), torch.ones(2)), x0=torch.randn(2, 3, 4, 4))
    loss = autoencoder_loss(1e-3, 1.0)
    assert loss(lambda x, eps: (x, Posterior()), given)[0].item() == 0
    shaded, blurred = (loss(lambda x, eps: (changed(x), Posterior()), given)[1] for changed in (lambda x: x + 1, halved_and_back))
    assert shaded["edges"] == pytest.approx(0, abs=1e-6)
    assert shaded["l1"] == pytest.approx(1)
    assert blurred["edges"] > 0.1


def halved_and_back(x: Tensor) -> Tensor:
    return halved(x).repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def test_upsampling_examples_show_the_half_size_picture_with_a_little_noise():
    clean = UpsamplingSource(pictures(), most_noise=0.0).batch(torch.Generator().manual_seed(1), 6)
    noisy = UpsamplingSource(pictures(), most_noise=0.1).batch(torch.Generator().manual_seed(1), 6)
    assert torch.equal(clean.low, halved(clean.x0))
    assert torch.equal(clean.x0, noisy.x0)
    assert 0 < (noisy.low - clean.low).abs().max() < 0.6
    assert noisy.low.abs().max() <= 1
    assert [len(part.low) for part in noisy.split(2)] == [3, 3]


@pytest.mark.parametrize("make", [pictures, lambda: UpsamplingSource(pictures(), 0.1)])
def test_batch_depends_on_its_generator_alone(make):
    first, again = (make().batch(torch.Generator().manual_seed(3), 4) for _ in range(2))
    for field in dataclasses.fields(first):
        assert torch.equal(getattr(first, field.name), getattr(again, field.name))


def test_autoencoder_is_given_noise_of_its_latent_s_shape():
    config = AutoencoderConfig(size=8, widths=(8, 8), depth=1, groups=4)
    source = AutoencoderSource(torch.randint(256, (5, 3, 8, 8), dtype=torch.uint8), (4, 4, 4), CPU)
    batch = source.batch(torch.Generator().manual_seed(0), 3)
    rebuilt, posterior = Autoencoding(config)(batch.x0, batch.eps)
    assert rebuilt.shape == batch.x0.shape
    assert posterior.mean.shape == batch.eps.shape


def test_text_reaches_the_picture_network_as_its_last_argument():
    class Picture(torch.nn.Module):
        def forward(self, x: Tensor, low: Tensor, context: Tensor) -> Tensor:
            return x + low + context

    class Text(torch.nn.Module):
        def forward(self, tokens: Tensor) -> Tensor:
            return 10 * tokens

    assert TextToPicture(Text(), Picture())(torch.tensor(1), torch.tensor(2), torch.tensor(3)) == 33
