"""CompVis's names and diffusers' are one network: there and back, and number for number."""

from __future__ import annotations

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint

import published
from sluice_models.checkpoints import compvis

WIDTHS = (32, 64, 96, 96)
CONTEXT = 24


def unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16, block_out_channels=WIDTHS, cross_attention_dim=CONTEXT, attention_head_dim=4, norm_num_groups=8
    )


def autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=WIDTHS,
        layers_per_block=2,
        norm_num_groups=8,
    )


def assert_same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize(
    ("pairs", "shapes"),
    [(compvis.unet_prefixes(), published.sd_unet()), (compvis.vae_prefixes(), published.vae())],
    ids=["unet", "vae"],
)
def test_names_come_back_the_same(pairs, shapes):
    theirs = dict.fromkeys(shapes, torch.empty(0))
    ours = compvis.renamed(theirs, pairs)
    assert len(ours) == len(theirs)
    assert list(compvis.renamed(ours, compvis.reversed_pairs(pairs))) == list(theirs)


def test_full_size_names_are_those_of_diffusers():
    with torch.device("meta"):
        expected = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8).state_dict()
    empty = {name: torch.empty(shape, device="meta") for name, shape in published.sd_unet().items()}
    assert {name: tensor.shape for name, tensor in compvis.unet(empty).items()} == {n: t.shape for n, t in expected.items()}


def test_unet_is_what_diffusers_own_conversion_makes():
    theirs = published.weights(published.sd_unet(WIDTHS, CONTEXT))
    ours = compvis.unet(theirs)
    single_file = {f"{compvis.UNET}{name}": tensor for name, tensor in theirs.items()}
    assert_same(ours, convert_ldm_unet_checkpoint(single_file, {"layers_per_block": 2}))
    mine, oracle = unet(), unet()
    mine.load_state_dict(ours)
    oracle.load_state_dict(convert_ldm_unet_checkpoint(single_file, {"layers_per_block": 2}))
    inputs = torch.randn(2, 4, 16, 16), torch.tensor([3, 900]), torch.randn(2, 5, CONTEXT)
    with torch.no_grad():
        assert torch.equal(mine(*inputs).sample, oracle(*inputs).sample)
        assert mine(*inputs).sample.std() > 0.01


def test_autoencoder_is_what_diffusers_own_conversion_makes():
    theirs = published.weights(published.vae(WIDTHS))
    ours = compvis.vae(theirs)
    assert_same(ours, convert_ldm_vae_checkpoint(dict(theirs), {"down_block_types": [0] * 4, "up_block_types": [0] * 4}))
    mine = autoencoder()
    mine.load_state_dict(ours)
    assert mine.decode(torch.randn(1, 4, 4, 4)).sample.std() > 0.01


def test_a_map_wrong_in_one_place_would_be_seen():
    theirs = published.weights(published.vae(WIDTHS))
    swapped = [(a.replace(".q.", ".k."), b) if ".q." in a else (a.replace(".k.", ".q."), b) for a, b in compvis.vae_prefixes()]
    z = torch.randn(1, 4, 4, 4)
    right, wrong = autoencoder(), autoencoder()
    right.load_state_dict(compvis.vae(theirs))
    mixed = {name: compvis._as_linear(name, tensor) for name, tensor in compvis.renamed(theirs, swapped).items()}
    wrong.load_state_dict(mixed)
    with torch.no_grad():
        assert (right.decode(z).sample - wrong.decode(z).sample).abs().max() > 1e-4


def test_autoencoder_under_its_names_before_2023_is_the_same():
    new = compvis.vae(published.weights(published.vae(WIDTHS)))
    old = {}
    for name, tensor in new.items():
        renamed = name
        if ".attentions.0." in name:
            for now, then in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
                renamed = renamed.replace(f".{now}.", f".{then}.")
        old[renamed] = tensor
    assert old.keys() != new.keys()
    assert_same(compvis.vae(old), new)


def test_names_of_diffusers_stay_as_they_are():
    for convert, network in ((compvis.unet, unet()), (compvis.vae, autoencoder())):
        assert_same(convert(network.state_dict()), network.state_dict())


def test_single_file_falls_into_its_parts_without_what_training_left():
    shapes = published.sd_unet(WIDTHS, CONTEXT), published.vae(WIDTHS), published.clip_text(16, 1, 50, 7)
    parts = compvis.split(published.compvis_file(*shapes))
    assert list(parts[compvis.UNET]) == list(shapes[0])
    assert list(parts[compvis.VAE]) == list(shapes[1])
    assert list(compvis.text_encoder(parts[compvis.TEXT])) == list(shapes[2])
    assert parts[""] == {}


def test_what_belongs_to_no_part_is_kept_to_be_told():
    assert list(compvis.split({"adapter.weight": torch.zeros(1)})[""]) == ["adapter.weight"]
