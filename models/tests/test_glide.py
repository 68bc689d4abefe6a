"""GLIDE's networks attend to the text as the paper says; its guide's gradient is the slope of its score."""

from __future__ import annotations

import dataclasses
import io

import pytest
import torch
from torch.nn import functional as F

from sluice_models.bundles.contract import ClipGuideModule, StagedContext, UpsamplerModule
from sluice_models.networks import configs
from sluice_models.networks.glide import TextTransformer, TextUNet, TextUpsampler
from sluice_models.networks.layers import AttentionBlock, heads_attend
from sluice_models.networks.noisy_clip import PIXEL_MEAN, PIXEL_STD, ClipConfig, ClipTower, ImageEncoder, TextEncoder
from tiny import shaken

END = configs.SCENES_END_ID
TEXT = dataclasses.replace(configs.SCENES_GLIDE_TEXT, width=32, depth=2)
BASE = dataclasses.replace(configs.SCENES_GLIDE_BASE, widths=(16, 32), attention_sizes=(8,), context_width=32, head_width=16, groups=8)
UPSAMPLER = dataclasses.replace(BASE, size=64, patch=4, channels_in=6)
CLIP = ClipConfig(
    size=32, patch=8, image=ClipTower(2, 2, 16), text=ClipTower(2, 2, 16), vocabulary=666, tokens=24, end_id=END, embedding=24
)


def tokens(*lengths: int) -> torch.Tensor:
    """Rows of so many words each, then end tokens."""
    rows = torch.full((len(lengths), 24), END)
    for row, length in zip(rows, lengths):
        row[:length] = torch.arange(length) + 5
    return rows


@pytest.fixture
def text() -> TextTransformer:
    torch.manual_seed(1)
    return shaken(TextTransformer(TEXT, BASE.width_emb))


@pytest.fixture
def unet() -> TextUNet:
    torch.manual_seed(2)
    return shaken(TextUNet(BASE, TEXT.tokens))


@pytest.fixture
def upsampler() -> TextUpsampler:
    torch.manual_seed(3)
    return shaken(TextUpsampler(UPSAMPLER, TEXT.tokens))


@pytest.fixture
def guide() -> ClipGuideModule:
    torch.manual_seed(4)
    encoder, texts = shaken(ImageEncoder(CLIP)), shaken(TextEncoder(CLIP))
    return ClipGuideModule(encoder, texts(tokens(0))[0])


def test_context_is_the_tokens_and_then_the_last_token_s_projection(text):
    context = text(tokens(4))
    last = context[:, 23 * 32 : 24 * 32]
    assert context.shape == (1, 24 * 32 + BASE.width_emb)
    assert torch.allclose(context[:, 24 * 32 :], text.transformer_proj(last), atol=1e-6)


def test_padding_takes_no_embedding_but_its_place_s(text):
    before = text(tokens(4))
    text.token_embedding.weight[END] += 1
    assert torch.equal(text(tokens(4)), before)
    text.padding_embedding[10] += 1
    assert not torch.equal(text(tokens(4)), before)


def test_text_is_read_in_both_directions(text):
    one, other = tokens(4), tokens(4)
    other[0, 3] += 1
    assert not torch.allclose(text(one)[:, :32], text(other)[:, :32], atol=1e-6)


def test_keys_and_values_of_the_text_stand_before_the_picture_s():
    torch.manual_seed(0)
    block = shaken(AttentionBlock(8, 2, 4, legacy_order=True, context_width=6))
    h, context = torch.randn(1, 8, 2, 2), torch.randn(1, 6, 3)
    flat = h.reshape(1, 8, 4)
    assert block.encoder_kv is not None
    qkv, text_kv = block.qkv(block.norm(flat)), block.encoder_kv(context)
    q, k, v = (torch.stack([qkv[0, head * 12 + part * 4 : head * 12 + part * 4 + 4] for head in (0, 1)]) for part in (0, 1, 2))
    text_k, text_v = (torch.stack([text_kv[0, head * 8 + part * 4 : head * 8 + part * 4 + 4] for head in (0, 1)]) for part in (0, 1))
    keys, values = torch.cat([text_k, k], dim=2), torch.cat([text_v, v], dim=2)
    weight = torch.softmax(q.transpose(1, 2) @ keys / 2, dim=2)
    expected = flat + block.proj_out((values @ weight.transpose(1, 2)).reshape(1, 8, 4))
    assert torch.allclose(block(h, torch.zeros(1), context).reshape(1, 8, 4), expected, atol=1e-5)


def test_attention_without_text_is_that_of_adm():
    qkv = torch.randn(2, 24, 5)
    assert torch.equal(heads_attend(qkv, 2, True), heads_attend(qkv, 2, True, None))


def test_denoiser_heeds_the_text_and_nothing_behind_its_own_part(unet, text):
    x, t = torch.randn(2, 3, 32, 32), torch.tensor([10, 900])
    one, other = text(tokens(3, 3)), text(tokens(7, 7))
    said = unet(x, t, one)
    assert said.shape == (2, 6, 32, 32)
    assert not torch.allclose(said, unet(x, t, other), atol=1e-4)
    assert torch.equal(said, unet(x, t, torch.cat([one, torch.randn(2, 9)], dim=1)))


def test_upsampler_sees_the_smaller_picture_at_its_own_size_in_256_levels(upsampler, text):
    x, t, context = torch.randn(1, 3, 64, 64), torch.tensor([500]), text(tokens(3))
    low = torch.rand(1, 3, 32, 32) * 2 - 1
    said = upsampler(x, t, low, context)
    nearest_level = torch.round((low + 1) * 127.5) / 127.5 - 1
    assert torch.equal(said, upsampler(x, t, nearest_level, context))
    assert not torch.allclose(said, upsampler(x, t, -low, context), atol=1e-4)
    stretched = F.interpolate(nearest_level, size=(64, 64), mode="bilinear", align_corners=False)
    emb = upsampler.embedded(t) + context[:, 24 * 32 :]
    unpacked = context[:, : 24 * 32].reshape(1, 24, 32).transpose(1, 2)
    assert torch.allclose(said, upsampler.denoised(torch.cat([x, stretched], dim=1), emb, unpacked), atol=1e-6)


def test_each_stage_finds_its_own_part_of_the_context(unet, upsampler, text):
    torch.manual_seed(6)
    second = shaken(TextTransformer(TEXT, UPSAMPLER.width_emb))
    context = StagedContext(text, second)(tokens(5))
    x, t, low = torch.randn(1, 3, 64, 64), torch.tensor([3]), torch.zeros(1, 3, 32, 32)
    module = UpsamplerModule(upsampler, base_elements=24 * 32 + BASE.width_emb)
    assert torch.equal(module(x, t, low, context), upsampler(x, t, low, second(tokens(5))))
    assert torch.equal(unet(x[..., :32, :32], t, context), unet(x[..., :32, :32], t, text(tokens(5))))


def test_clip_reads_the_text_at_its_first_end_token():
    torch.manual_seed(0)
    encoder = shaken(TextEncoder(CLIP))
    one, other = tokens(4), tokens(4)
    other[0, 10] = 7
    assert torch.allclose(encoder(one), encoder(other), atol=1e-6)
    assert not torch.allclose(encoder(tokens(4)), encoder(tokens(5)), atol=1e-4)
    assert torch.linalg.vector_norm(encoder(one)).item() == pytest.approx(1, abs=1e-5)


def test_clip_s_picture_is_normalised_by_the_published_mean_and_deviation(guide):
    entry = guide.encoder.blocks["input"]
    pixels = torch.tensor(PIXEL_MEAN)[None, :, None, None].expand(1, 3, 32, 32)
    patches = entry.ln(torch.cat([entry.w_t[7][None, None], torch.zeros(1, 16, 32)], dim=1) + entry.w_pos)
    assert torch.allclose(entry(pixels, torch.tensor([7])), patches, atol=1e-5)
    bright = pixels + torch.tensor(PIXEL_STD)[None, :, None, None]
    ones = F.conv2d(torch.ones(1, 3, 32, 32), entry.patch_proj, stride=8).flatten(2).transpose(1, 2)
    expected = entry.ln(torch.cat([entry.w_t[7][None, None], ones], dim=1) + entry.w_pos)
    assert torch.allclose(entry(bright, torch.tensor([7])), expected, atol=1e-4)


def loaded(module: torch.nn.Module) -> torch.jit.ScriptModule:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module.eval()), buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)


@pytest.mark.parametrize("enabled", [True, False])
def test_guide_works_in_either_gradient_mode_however_often_it_is_called(guide, enabled):
    script = loaded(guide)
    generator = torch.Generator().manual_seed(0)
    with torch.set_grad_enabled(enabled):
        for n in (2, 2, 2, 3, 1):  # a script is specialised after its first calls
            x, t = torch.randn((n, 3, 32, 32), generator=generator), torch.randint(1000, (n,), generator=generator)
            target = F.normalize(torch.randn((n, 24), generator=generator), dim=1)
            for expected, actual in zip(guide(x, t, target), script(x, t, target)):
                assert torch.allclose(expected, actual, atol=1e-4)
                assert not actual.requires_grad
            assert torch.is_grad_enabled() == enabled


def test_guide_s_gradient_is_the_slope_of_its_score(guide):
    generator = torch.Generator().manual_seed(0)
    x, direction = torch.randn((2, 2, 3, 32, 32), generator=generator)
    t, target = torch.tensor([20, 700]), F.normalize(torch.randn((2, 24), generator=generator), dim=1)
    gradient, score, hit = guide(x, t, target)
    step = 1e-2
    rise = guide(x + step * direction, t, target)[1] - guide(x - step * direction, t, target)[1]
    assert torch.allclose(rise / (2 * step), (gradient * direction).sum(dim=(1, 2, 3)), rtol=2e-2, atol=2e-2)
    embedded = guide.encoder(x, t)
    assert torch.allclose(score, 100 * (embedded * target).sum(dim=1), atol=1e-3)
    assert torch.equal(hit, ((embedded * target).sum(dim=1) > (embedded * guide.empty).sum(dim=1)).float())
