"""What each network is trained to make small. A loss takes a network and a batch; it returns a scalar and what to report."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from sluice_models.data.attributes import ATTRIBUTE_CLASSES, UNSAID
from sluice_models.sampling.diffusion import Process, hybrid_loss
from sluice_models.training.examples import CaptionExamples, Examples

Network = Callable[..., Any]
"""A module, or whatever is called like one."""
Loss = Callable[[Network, Any], tuple[Tensor, dict[str, float]]]


def denoiser_loss(process: Process, null_share: float, null: int | Tensor) -> Loss:
    """L_hybrid, the label replaced by ``null`` (the null class, or the empty text's tokens) in ``null_share`` of the rows."""

    def loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
        denoised = network(examples.x, examples.t, _with_null(examples, null_share, null))
        simple, variational = hybrid_loss(process, denoised, examples.x0, examples.x, examples.t, examples.eps)
        return (simple + variational).mean(), {"simple": simple.mean().item(), "vlb": variational.mean().item()}

    return loss


def velocity_loss(process: Process, null_share: float, null: Tensor) -> Loss:
    """The squared error of v, (eps - eps_hat)² / abar_t, for a network that says eps and perhaps a variance, trained as in L_hybrid.

    Against L_simple it weighs a step by 1 + 1/SNR   (Salimans & Ho, arXiv 2202.00512, section 4).
    """
    return _weighted_loss(process, null_share, null, "velocity", lambda abar: 1 / abar)


def sample_loss(process: Process, null_share: float, null: Tensor, unit: float) -> Loss:
    """The squared error of x_0 in units of ``unit``, (eps - eps_hat)² / SNR / unit², likewise."""
    return _weighted_loss(process, null_share, null, "sample", lambda abar: (1 - abar) / abar / unit**2)


def _weighted_loss(process: Process, null_share: float, null: Tensor, name: str, weight: Callable[[Tensor], Tensor]) -> Loss:
    """(eps - eps_hat)² times a weight of abar_t."""

    def loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
        denoised = network(*examples.shown, _with_null(examples, null_share, null))
        eps_hat = denoised[:, : examples.x.shape[1]]
        error = ((eps_hat - examples.eps) ** 2).mean(dim=(1, 2, 3)) * weight(process.alpha_bar(examples.t))
        weighted = error.float().mean()
        report = {name: weighted.item()}
        if denoised.shape[1] == eps_hat.shape[1]:
            return weighted, report
        variational = hybrid_loss(process, denoised, examples.x0, examples.x, examples.t, examples.eps)[1].mean()
        return weighted + variational, {**report, "vlb": variational.item()}

    return loss


def classifier_loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of the labels given x_t and t."""
    logits = network(examples.x, examples.t)
    hits = (logits.argmax(dim=1) == examples.labels).float().mean()
    entropy = F.cross_entropy(logits, examples.labels)
    return entropy, {"entropy": entropy.item(), "hits": hits.item()}


def contrastive_loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
    """CLIP's loss on noised pictures: both ways, which text goes with which picture   (arXiv 2103.00020, section 2.3).

    Equal texts in a batch share the blame: each is as right as the other.
    """
    images, texts, scale = network(examples.x, examples.t, examples.labels)
    same = (examples.labels[:, None] == examples.labels[None]).all(dim=2).float()
    wanted = same / same.sum(dim=1, keepdim=True)
    logits = scale * images @ texts.T
    entropy = (F.cross_entropy(logits, wanted) + F.cross_entropy(logits.T, wanted)) / 2
    hits = same.gather(1, logits.argmax(dim=1)[:, None]).mean()
    return entropy, {"entropy": entropy.item(), "hits": hits.item(), "scale": scale.item()}


def attribute_loss(logits: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, float]]:
    """The sum over attributes of the mean cross-entropy, where an attribute is said; hits: rows with every attribute right.

    ``logits`` f32[N,43] of all attributes side by side, ``labels`` i64[N,6].
    """
    parts = logits.split(ATTRIBUTE_CLASSES, dim=1)
    entropies = [F.cross_entropy(part, column, ignore_index=UNSAID, reduction="sum") for part, column in zip(parts, labels.T)]
    found = torch.stack([part.argmax(dim=1) for part in parts], dim=1)
    hits = ((found == labels) | (labels == UNSAID)).all(dim=1).float().mean()
    entropy = torch.stack(entropies).sum() / len(labels)
    return entropy, {"entropy": entropy.item(), "hits": hits.item()}


def reading_loss(network: Network, examples: CaptionExamples) -> tuple[Tensor, dict[str, float]]:
    """``attribute_loss`` of what the network reads in captions."""
    return attribute_loss(network(examples.tokens), examples.labels)


def autoencoder_loss(kl_weight: float, edge_weight: float) -> Loss:
    """|x - x̂| + (x - x̂)² + edge_weight·|∇x - ∇x̂| + kl_weight·KL(q(z|x) || N(0,1)), each a mean over its own elements.

    The square makes small objects on large grounds worth learning from the start. The edge term compares differences of
    neighbouring pixels, so that soft contours cost more than flat ground a shade off.
    """

    def loss(network: Network, examples: Examples) -> tuple[Tensor, dict[str, float]]:
        rebuilt, posterior = network(examples.x0, examples.eps)
        pixels, squares = F.l1_loss(rebuilt, examples.x0), F.mse_loss(rebuilt, examples.x0)
        down, across = (F.l1_loss(rebuilt.diff(dim=axis), examples.x0.diff(dim=axis)) for axis in (2, 3))
        edges = down + across
        divergence = posterior.kl().mean() / math.prod(posterior.mean.shape[1:])
        report = {"l1": pixels.item(), "l2": squares.item(), "edges": edges.item(), "kl": divergence.item()}
        return pixels + squares + edge_weight * edges + kl_weight * divergence, report

    return loss


def _with_null(examples: Examples, share: float, null: int | Tensor) -> Tensor:
    dropped = (examples.coin < share).view(-1, *([1] * (examples.labels.dim() - 1)))
    return torch.where(dropped, torch.as_tensor(null, device=dropped.device), examples.labels)
