"""A bundle says what it holds, and is caught when it does not hold it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from conftest import TINY_DENOISER, shaken
from sluice_models.bundles import exporting
from sluice_models.bundles.bundle import BadBundle, Defaults, Label, load_module, problems, read_description, sha256_of
from sluice_models.bundles.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.bundles.exporting import ExportRefused, export_bundle
from sluice_models.networks.adm import Denoiser
from sluice_models.recipes.glyphs_adm import FACTS

COMMITTED = Path(__file__).parent.parent / "bundles" / "glyphs-adm"
LARGEST_COMMITTED_FILE_BYTES = 16 * 2**20
TEST_FACTS = dataclasses.replace(FACTS, label=Label("test", "A tiny network that was never trained."), defaults=Defaults(50, 2.0, 4.0))


@pytest.fixture
def bundle(denoiser, classifier, tmp_path) -> Path:
    modules = {"denoiser": DenoiserModule(denoiser), "guide": GuideModule(classifier), "auditor": AuditorModule(classifier)}
    export_bundle(tmp_path, modules, TEST_FACTS, {"recipe": "test", "steps": 0, "seed": 0})
    return tmp_path


def test_exported_bundle_has_no_problems_and_no_leftovers(bundle):
    assert problems(bundle) == []
    assert sorted(path.name for path in bundle.iterdir()) == ["auditor.pt", "bundle.json", "denoiser.pt", "guide.pt"]


def test_modules_do_not_name_the_files_they_were_scripted_from(bundle):
    for name in read_description(bundle)["modules"]:
        assert str(Path(exporting.__file__).parent).encode() not in (bundle / f"{name}.pt").read_bytes()
        assert b".debug_pkl" not in (bundle / f"{name}.pt").read_bytes()


def test_description_holds_every_key_a_worker_reads(bundle):
    written = read_description(bundle)
    assert list(written) == [
        "formatVersion", "name", "version", "family", "licence", "description", "image", "sample", "diffusion",
        "condition", "guidance", "defaults", "modules", "training",
    ]  # fmt: skip
    assert written["formatVersion"] == 1
    assert written["image"] == {"channels": 3, "height": 32, "width": 32}
    assert written["diffusion"] == {
        "betaSchedule": "cosine",
        "trainSteps": 1000,
        "prediction": "epsilon",
        "variance": "learned_range",
        "clipDenoised": True,
    }
    assert written["condition"]["nullClass"] == len(written["condition"]["classes"]) == 10
    assert written["defaults"] == {"sampler": "ddpm", "steps": 50, "classifierFreeScale": 2.0, "classifierScale": 4.0}
    for name, entry in written["modules"].items():
        assert entry["sha256"] == sha256_of(bundle / f"{name}.pt")


def test_changed_module_is_caught(bundle):
    with (bundle / "guide.pt").open("ab") as file:
        file.write(b"x")
    assert any("sha256" in problem for problem in problems(bundle))
    with pytest.raises(BadBundle):
        load_module(bundle, "guide")


def test_wrong_parameter_count_is_caught(bundle):
    written = read_description(bundle)
    written["modules"]["denoiser"]["parameters"] += 1
    (bundle / "bundle.json").write_text(json.dumps(written))
    assert any("parameters" in problem for problem in problems(bundle))


def test_export_refuses_a_script_that_differs(denoiser, tmp_path, monkeypatch):
    other = DenoiserModule(shaken(Denoiser(TINY_DENOISER)))
    honest = exporting.compiled
    monkeypatch.setattr(exporting, "compiled", lambda role, module, contract: honest(role, other, contract))
    with pytest.raises(ExportRefused, match="differs"):
        export_bundle(tmp_path, {"denoiser": DenoiserModule(denoiser)}, TEST_FACTS, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not (COMMITTED / "bundle.json").exists(), reason="no bundle beside the tests")
def test_committed_bundle_has_no_problems():
    torch.manual_seed(0)
    assert problems(COMMITTED) == []


@pytest.mark.skipif(not COMMITTED.exists(), reason="no bundle beside the tests")
def test_committed_files_are_small_enough_for_a_repository():
    assert max(path.stat().st_size for path in COMMITTED.iterdir()) <= LARGEST_COMMITTED_FILE_BYTES
