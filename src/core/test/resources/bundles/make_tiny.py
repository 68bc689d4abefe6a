"""Makes the two tiny bundles beside this file, of random weights: what the worker's tests run on.

tiny-latent: texts, latents of four channels, a decoder; Stable Diffusion's parts. tiny-cascade: texts, a guide that reads
them with a tokenizer and an encoder of its own, an upsampler; GLIDE's parts. tokens.json holds the ids that the Python
library gives for texts of every kind.

    PYTHONPATH=models python src/core/test/resources/bundles/make_tiny.py
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn

from sluice_models.exporting import save_without_source_paths

HERE = Path(__file__).parent
CONTEXT, TARGET = 12, 5
TOKENS, GUIDE_TOKENS = 16, 8
START, END = "<|startoftext|>", "<|endoftext|>"
CAPTIONS = ["a red circle above a blue square", "a small green star left of a large yellow triangle"]
TEXTS = [
    "",
    " ",
    "a red circle",
    "A RED\n\tCircle's  square",
    "a small green star left of a large yellow triangle above a blue square and a red circle and so on and on",
    "naïve café na\u0131\u0308ve",
    "日本語のテキスト",
    "🎉👩‍👩‍👧 family",
    "שלום عالم",
    "z\u0335\u0321a\u0336l\u0337g\u0338o",
    "nul \u0000 and \ufffe and \U0010ffff",
    "<|endoftext|> a <|startoftext|> square",
]  # fmt: skip


class Encoder(nn.Module):
    """tokens i64[N,L] -> f32[N,K]; every token counts by its place."""

    def __init__(self, vocabulary: int, tokens: int, elements: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 6)
        self.places = nn.Parameter(torch.randn(tokens, 6))
        self.out = nn.Linear(6, elements)

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.tanh(self.out((self.embedding(tokens) * self.places).mean(dim=1)))


class Denoiser(nn.Module):
    """x f32[N,C,H,W], t i64[N], context f32[N,K] -> f32[N,D,H,W]."""

    def __init__(self, channels: int, out: int):
        super().__init__()
        self.into = nn.Conv2d(channels, 8, 3, padding=1)
        self.told = nn.Linear(CONTEXT, 8)
        self.out = nn.Conv2d(8, out, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        told = self.told(context) + (t.to(torch.float32) / 1000).unsqueeze(1)
        return self.out(torch.tanh(self.into(x) + told[:, :, None, None]))


class Upsampler(nn.Module):
    """The same, shown a smaller sample, low f32[N,3,h,w]."""

    def __init__(self):
        super().__init__()
        self.denoiser = Denoiser(6, 6)

    def forward(self, x: Tensor, t: Tensor, low: Tensor, context: Tensor) -> Tensor:
        stretched = nn.functional.interpolate(low, size=[x.shape[2], x.shape[3]], mode="bilinear", align_corners=False)
        return self.denoiser(torch.cat([x, stretched], dim=1), t, context)


class Guide(nn.Module):
    """x f32[N,3,H,W], t i64[N], target f32[N,K2] -> gradient of the score, score f32[N], hit f32[N]."""

    def __init__(self, elements: int):
        super().__init__()
        self.seen = nn.Linear(elements, TARGET)

    def forward(self, x: Tensor, t: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        was_enabled = torch.is_grad_enabled()
        torch.set_grad_enabled(True)  # TorchScript knows no enable_grad() context
        position = x.detach().clone().requires_grad_(True)
        score = (torch.tanh(self.seen(position.flatten(1))) * target).sum(dim=1)
        gradient = torch.autograd.grad([score.sum()], [position])[0]
        torch.set_grad_enabled(was_enabled)
        assert gradient is not None
        return gradient.detach(), score.detach(), (score > 0).to(torch.float32).detach()


class Decoder(nn.Module):
    """latent f32[N,4,H,W] -> picture f32[N,3,2H,2W] in [-1,1]."""

    def __init__(self):
        super().__init__()
        self.out = nn.ConvTranspose2d(4, 3, 2, stride=2)

    def forward(self, latent: Tensor) -> Tensor:
        return torch.tanh(self.out(latent / 0.5))


def byte_pairs() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """A vocabulary of all bytes and of the captions' words, each word merged from its letters left to right."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [START, END, *letters, *(letter + "</w>" for letter in letters)]
    merges: list[tuple[str, str]] = []
    for word in sorted({word for caption in CAPTIONS for word in caption.split()}):
        ends = [*word[:-1], word[-1] + "</w>"]
        for place in range(1, len(ends)):
            pair = ("".join(ends[:place]), ends[place])
            if pair not in merges:
                merges.append(pair)
                pieces.append("".join(pair))
    return {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}, merges


def tokenizer(max_tokens: int) -> Tokenizer:
    """Byte pairs in words of CLIP's kind; truncation, padding and special tokens are in the file."""
    vocabulary, merges = byte_pairs()
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token=END, continuing_subword_prefix="", end_of_word_suffix="</w>"))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"'s|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    made.post_processor = processors.TemplateProcessing(single=f"{START} $A {END}", special_tokens=[(START, 0), (END, 1)])
    made.enable_truncation(max_tokens)
    made.enable_padding(length=max_tokens, pad_id=1, pad_token=END)
    return made


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(name: str, modules: dict[str, nn.Module], tokenizers: dict[str, Tokenizer], manifest: dict) -> None:
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for role, module in modules.items():
        save_without_source_paths(torch.jit.script(module.eval()), folder / f"{role}.pt")
    for file, made in tokenizers.items():
        made.save(str(folder / file), pretty=False)
        for entry in (manifest["condition"], manifest.get("guideCondition", {})):
            if entry.get("tokenizer", {}).get("file") == file:
                entry["tokenizer"]["sha256"] = sha256(folder / file)
    manifest |= {
        "formatVersion": 1,
        "name": name,
        "version": "1.0.0",
        "licence": "Apache-2.0",
        "modules": {role: {"file": f"{role}.pt", "sha256": sha256(folder / f"{role}.pt")} for role in modules},
    }
    (folder / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n")


def shape(channels: int, height: int, width: int) -> dict:
    return {"channels": channels, "height": height, "width": width}


def text(elements: int, file: str, tokens: int) -> dict:
    return {"kind": "text", "contextElements": elements, "tokenizer": {"file": file, "sha256": "", "maxTokens": tokens}}


def diffusion(schedule: str, variance: str, clip: bool) -> dict:
    return {
        "betaSchedule": schedule,
        "trainSteps": 1000,
        "prediction": "epsilon",
        "variance": variance,
        "clipDenoised": clip,
    }


def main() -> None:
    torch.manual_seed(5)
    prompts, targets = tokenizer(TOKENS), tokenizer(GUIDE_TOKENS)
    vocabulary = prompts.get_vocab_size()
    write(
        "tiny-latent",
        {"denoiser": Denoiser(4, 4), "text_encoder": Encoder(vocabulary, TOKENS, CONTEXT), "decoder": Decoder()},
        {"tokenizer.json": prompts},
        {
            "family": "sd",
            "image": shape(3, 8, 12),
            "sample": shape(4, 4, 6),
            "diffusion": diffusion("scaled_linear", "fixed_small", False),
            "condition": text(CONTEXT, "tokenizer.json", TOKENS),
            "guidance": {"guidedChannels": 4},
            "defaults": {"steps": 10, "classifierFreeScale": 3.0, "classifierScale": 1.0},
        },
    )
    write(
        "tiny-cascade",
        {
            "denoiser": Denoiser(3, 6),
            "text_encoder": Encoder(vocabulary, TOKENS, CONTEXT),
            "guide": Guide(3 * 4 * 4),
            "guide_text_encoder": Encoder(vocabulary, GUIDE_TOKENS, TARGET),
            "upsampler": Upsampler(),
        },
        {"tokenizer.json": prompts, "guide-tokenizer.json": targets},
        {
            "family": "glide",
            "image": shape(3, 8, 8),
            "sample": shape(3, 4, 4),
            "diffusion": diffusion("cosine", "learned_range", True),
            "condition": text(CONTEXT, "tokenizer.json", TOKENS),
            "guideCondition": text(TARGET, "guide-tokenizer.json", GUIDE_TOKENS),
            "upsampler": {
                "sample": shape(3, 8, 8),
                "diffusion": diffusion("linear", "learned_range", True),
                "timesteps": [0, 40, 200, 500, 997],
                "noiseScale": 0.997,
            },
            "guidance": {"guidedChannels": 3},
            "defaults": {"steps": 10, "classifierFreeScale": 3.0, "classifierScale": 2.0},
        },
    )
    ids = [{"text": written, "ids": prompts.encode(written).ids, "guideIds": targets.encode(written).ids} for written in TEXTS]
    (HERE / "tokens.json").write_text(json.dumps(ids) + "\n")


if __name__ == "__main__":
    main()
