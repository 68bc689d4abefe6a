"""What networks are trained on: the null condition's share, equal captions, the smaller picture, and each loss's minimum."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from sluice_models.networks.stable_diffusion import AutoencoderConfig
from sluice_models.sampling.diffusion import Process, Schedule
from sluice_models.training.examples import AutoencoderSource, Examples, NoisedSource, UpsamplingSource, halved, scaled
from sluice_models.training.losses import autoencoder_loss, contrastive_loss, epsilon_loss
from sluice_models.training.pairs import Autoencoding, TextToPicture

CPU = torch.device("cpu")
NULL = torch.tensor([7, 7])


def examples(labels: Tensor, coin: Tensor) -> Examples:
    x0 = torch.zeros(len(labels), 3, 4, 4)
    return Examples(x0, labels, torch.zeros(len(labels), dtype=torch.int64), x0 + 1, x0, coin)


def pictures() -> NoisedSource:
    torch.manual_seed(0)
    stored = torch.randint(256, (9, 3, 8, 8), dtype=torch.uint8)
    return NoisedSource(stored, torch.arange(18).reshape(9, 2), scaled, Process(Schedule.evenly("linear")), CPU)


def test_text_is_dropped_where_the_coin_falls_below_the_share():
    seen = []

    def network(x, t, tokens):
        seen.append(tokens)
        return x

    epsilon_loss(0.3, NULL)(network, examples(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0.29, 0.3])))
    assert seen[0].tolist() == [[7, 7], [3, 4]]


def test_epsilon_loss_is_the_mean_square():
    loss, report = epsilon_loss(0.0, NULL)(lambda x, t, tokens: x + 3, examples(torch.zeros(2, 2), torch.ones(2)))
    assert loss.item() == report["simple"] == pytest.approx(4)


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
