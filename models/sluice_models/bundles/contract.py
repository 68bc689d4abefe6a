"""The modules a worker loads, in the shape it calls them: fp32, any N ≥ 1, any device, one row never seeing another.

``x`` is always f32[N,C,H,W], ``t`` the original timestep i64[N], 0 … 999. A text's encoding is one flat row f32[N,K].

| role | takes | returns |
|---|---|---|
| denoiser | x, t, class i64[N] or context f32[N,K] | f32[N,C,H,W] of eps, or f32[N,2C,H,W] of eps and v |
| guide | x, t, target (class i64[N], or f32[N,K2] of text) | gradient f32[N,C,H,W], log p or score f32[N], hit f32[N] |
| auditor | picture f32[N,3,H',W'], t, class or an example's target i64[N] | log p f32[N], hit f32[N] |
| text_encoder | tokens i64[N,L] | context f32[N,K] |
| guide_text_encoder | tokens i64[N,L2] | target f32[N,K2] |
| upsampler | x f32[N,3,H2,W2], t, low f32[N,3,H,W], context f32[N,K] | f32[N,6,H2,W2] |
| decoder | latent f32[N,C,H,W] | picture f32[N,3,H',W'] |
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from sluice_models.networks.adm import Denoiser, NoisyClassifier
from sluice_models.networks.glide import TextTransformer
from sluice_models.networks.noisy_clip import SCORE_SCALE, ImageEncoder


class Contract:
    """What a bundle's modules take and return, out of the rest of its bundle.json; ``folder`` holds its tokenizers."""

    def __init__(self, manifest: dict[str, Any], folder: Path):
        self._manifest = manifest
        self._folder = folder

    def inputs(self, role: str, n: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Random inputs of a role: a batch of ``n`` rows."""

        def normal(shape: dict[str, Any]) -> Tensor:
            return torch.randn((n, shape["channels"], shape["height"], shape["width"]), generator=generator)

        manifest = self._manifest
        t = torch.randint(manifest["diffusion"]["trainSteps"], (n,), generator=generator)
        if role == "denoiser":
            return normal(manifest["sample"]), t, self._condition(n, generator)
        if role == "guide":
            return normal(manifest["sample"]), t, self._target(n, generator)
        if role == "auditor":
            return normal(manifest["image"]), t, self._asked(n, generator)
        if role == "text_encoder":
            return (self._tokens("condition", n, generator),)
        if role == "guide_text_encoder":
            return (self._tokens("guideCondition", n, generator),)
        if role == "upsampler":
            low = normal(manifest["sample"]).clamp(-1, 1)
            return normal(manifest["upsampler"]["sample"]), t, low, self._condition(n, generator)
        if role == "decoder":
            return (normal(manifest["sample"]),)
        raise ValueError(f"no such role: {role}")

    def shapes(self, role: str, n: int) -> list[tuple[int, ...]]:
        """The shapes of what a role returns for a batch of ``n`` rows."""
        manifest = self._manifest
        if role == "denoiser":
            return [_rows(n, manifest["sample"], manifest["diffusion"])]
        if role == "guide":
            return [_rows(n, manifest["sample"]), (n,), (n,)]
        if role == "auditor":
            return [(n,), (n,)]
        if role == "text_encoder":
            return [(n, manifest["condition"]["contextElements"])]
        if role == "guide_text_encoder":
            return [(n, manifest["guideCondition"]["contextElements"])]
        if role == "upsampler":
            return [_rows(n, manifest["upsampler"]["sample"], manifest["upsampler"]["diffusion"])]
        if role == "decoder":
            return [_rows(n, manifest["image"])]
        raise ValueError(f"no such role: {role}")

    def _condition(self, n: int, generator: torch.Generator) -> Tensor:
        entry = self._manifest["condition"]
        if entry["kind"] == "class":
            return torch.randint(len(entry["classes"]), (n,), generator=generator)
        return torch.randn((n, entry["contextElements"]), generator=generator)

    def _target(self, n: int, generator: torch.Generator) -> Tensor:
        if "guideCondition" not in self._manifest:
            return self._condition(n, generator)
        return F.normalize(torch.randn((n, self._manifest["guideCondition"]["contextElements"]), generator=generator), dim=1)

    def _asked(self, n: int, generator: torch.Generator) -> Tensor:
        entry = self._manifest["condition"]
        if entry["kind"] == "class":
            return self._condition(n, generator)
        targets = torch.tensor([example["target"] for example in entry["examples"]])
        return targets[torch.randint(len(targets), (n,), generator=generator)]

    def _tokens(self, key: str, n: int, generator: torch.Generator) -> Tensor:
        entry = self._manifest[key]["tokenizer"]
        vocabulary = Tokenizer.from_file(str(self._folder / entry["file"])).get_vocab_size()
        return torch.randint(vocabulary, (n, entry["maxTokens"]), generator=generator)


def _rows(n: int, shape: dict[str, Any], diffusion: dict[str, Any] | None = None) -> tuple[int, ...]:
    parts = 2 if diffusion and diffusion["variance"] == "learned_range" else 1
    return n, parts * shape["channels"], shape["height"], shape["width"]


class DenoiserModule(nn.Module):
    """ADM's denoiser: condition i64[N] is a class index or the null class."""

    def __init__(self, network: Denoiser):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        return self.network(x, t, condition)


class GuideModule(nn.Module):
    """A classifier as the guide: gradient is d/dx log p(target | x, t), row by row, hit 1 where the target is likeliest.

    The caller needs no gradient mode: the script turns it on for itself, on a copy of x of its own, and puts it back.
    """

    def __init__(self, network: NoisyClassifier):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        was_enabled = torch.is_grad_enabled()
        torch.set_grad_enabled(True)  # TorchScript knows no enable_grad() context
        position = x.detach().clone().requires_grad_(True)
        logits = self.network(position, t)
        log_p = _log_probability(logits, target)
        gradient = torch.autograd.grad([log_p.sum()], [position])[0]
        torch.set_grad_enabled(was_enabled)
        assert gradient is not None
        return gradient.detach(), log_p.detach(), _hit(logits.detach(), target)


class AuditorModule(nn.Module):
    """A classifier that only watches; computes no gradient."""

    def __init__(self, network: NoisyClassifier):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            logits = self.network(x, t)
            return _log_probability(logits, target), _hit(logits, target)


class ClipGuideModule(nn.Module):
    """GLIDE's guide: score = 100·<z_t, z_i(x, t)>, z_t the text's embedding f32[N,D] of length 1, and its gradient in x.

    hit is 1 where the picture is nearer to its text than to the empty text, whose embedding is ``empty`` f32[D].
    """

    def __init__(self, encoder: ImageEncoder, empty: Tensor):
        super().__init__()
        self.encoder = encoder
        self.empty = nn.Buffer(empty.clone(), persistent=False)
        self.scale = SCORE_SCALE

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        was_enabled = torch.is_grad_enabled()
        torch.set_grad_enabled(True)  # as in GuideModule
        position = x.detach().clone().requires_grad_(True)
        embedded = self.encoder(position, t)
        score = self.scale * (embedded * target).sum(dim=1)
        gradient = torch.autograd.grad([score.sum()], [position])[0]
        # Before the mode is put back: TorchScript's optimiser loses the gradient of what is used on both sides of a change.
        score_of_nothing = self.scale * (embedded.detach() * self.empty).sum(dim=1)
        torch.set_grad_enabled(was_enabled)
        assert gradient is not None
        return gradient.detach(), score.detach(), (score.detach() > score_of_nothing).to(x.dtype)


class StagedContext(nn.Module):
    """GLIDE's text encoder: the base stage's context, then the upsampler's, which has a transformer of its own."""

    def __init__(self, base: TextTransformer, upsampler: TextTransformer):
        super().__init__()
        self.base = base
        self.upsampler = upsampler

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.cat([self.base(tokens), self.upsampler(tokens)], dim=1)


class UpsamplerModule(nn.Module):
    """GLIDE's upsampler, taking its own part of a ``StagedContext``: what follows the base stage's ``base_elements``.

    ``network`` is a ``TextUpsampler`` or takes what one takes, (x, t, low, context).
    """

    def __init__(self, network: nn.Module, base_elements: int):
        super().__init__()
        self.network = network
        self.base_elements = base_elements

    def forward(self, x: Tensor, t: Tensor, low: Tensor, context: Tensor) -> Tensor:
        return self.network(x, t, low, context[:, self.base_elements :])


def _log_probability(logits: Tensor, target: Tensor) -> Tensor:
    """log softmax(logits)[target], f32[N]."""
    return F.log_softmax(logits, dim=1).gather(1, target[:, None])[:, 0]


def _hit(logits: Tensor, target: Tensor) -> Tensor:
    """1.0 where the likeliest class is the target, else 0.0; f32[N]."""
    return (logits.argmax(dim=1) == target).to(logits.dtype)
