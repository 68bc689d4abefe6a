"""A bundle says what it holds, and is caught when it does not hold it."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sluice_models import cli
from sluice_models.bundles import exporting
from sluice_models.bundles.bundle import BadBundle, Defaults, Label, load_module, problems, read_description, sha256_of
from sluice_models.bundles.comparing import ExportRefused
from sluice_models.bundles.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.bundles.exporting import export_bundle
from sluice_models.networks import configs
from sluice_models.networks.adm import Denoiser
from sluice_models.recipes.autoencoder_part import unpacked_autoencoder
from sluice_models.recipes.glyphs_adm import FACTS
from tiny import TINY_DENOISER, shaken

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


def test_a_module_s_records_lie_under_the_name_of_its_file(bundle):
    """As in every bundle that was ever packed: under another name the same weights would have another checksum."""
    for name in read_description(bundle)["modules"]:
        assert {record.split("/")[0] for record in zipfile.ZipFile(bundle / f"{name}.pt").namelist()} == {f"{name}.pt"}


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


class NotANumber(nn.Module):
    """Says what the contract asks for in shape, and NaN in value."""

    def forward(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        return torch.cat([x, x], dim=1) * float("nan")


def test_export_refuses_a_module_that_says_no_numbers(tmp_path):
    with pytest.raises(ExportRefused, match="denoiser: the script differs from the network by nan"):
        export_bundle(tmp_path, {"denoiser": NotANumber()}, TEST_FACTS, {})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_refused_export_leaves_the_bundle_that_was_there(bundle, denoiser, tmp_path_factory):
    notes = tmp_path_factory.mktemp("elsewhere") / "notes.txt"
    notes.write_text("of the second")
    (bundle / "README.md").write_text("numbers")
    (bundle / "notes.txt").write_text("of the first")
    before, beside = contents(bundle), sorted(bundle.parent.iterdir())
    modules = {"denoiser": DenoiserModule(denoiser), "guide": NotANumber()}
    with pytest.raises(ExportRefused):
        export_bundle(bundle, modules, TEST_FACTS, {}, {"notes.txt": notes})
    assert contents(bundle) == before
    assert sorted(bundle.parent.iterdir()) == beside


def test_an_export_leaves_what_is_no_part_of_the_bundle(bundle, denoiser):
    (bundle / "README.md").write_text("numbers")
    export_bundle(bundle, {"denoiser": DenoiserModule(denoiser)}, TEST_FACTS, {"recipe": "another"})
    assert (bundle / "README.md").read_text() == "numbers"
    assert read_description(bundle)["training"] == {"recipe": "another"}


@pytest.fixture
def with_encoder(denoiser, tmp_path) -> Path:
    """A bundle with a file that no worker needs."""
    (tmp_path / "weights").write_bytes(b"of an encoder")
    folder = tmp_path / "bundle"
    export_bundle(folder, {"denoiser": DenoiserModule(denoiser)}, TEST_FACTS, {}, {"encoder.safetensors": tmp_path / "weights"})
    return folder


def test_a_file_that_only_training_needs_is_recorded(with_encoder):
    recorded = read_description(with_encoder)["training"]["files"]
    assert recorded == {"encoder.safetensors": sha256_of(with_encoder / "encoder.safetensors")}
    assert problems(with_encoder) == []


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"of another"), Path.unlink], ids=["changed", "missing"])
def test_a_file_that_only_training_needs_is_caught(with_encoder, change):
    change(with_encoder / "encoder.safetensors")
    assert ["encoder.safetensors" in problem for problem in problems(with_encoder)] == [True]
    with pytest.raises(BadBundle, match=r"encoder\.safetensors"):
        unpacked_autoencoder(with_encoder, configs.SCENES_AUTOENCODER)


def test_missing_files_are_told_as_problems(bundle, capsys):
    (bundle / "guide.pt").unlink()
    with pytest.raises(SystemExit) as ended:
        cli.verify(cli.parser().parse_args(["verify", "--bundle", str(bundle)]))
    assert ended.value.code == 1
    assert capsys.readouterr().out == f"{bundle}/guide.pt: not there\n"


def test_a_folder_without_a_description_is_no_bundle(tmp_path):
    assert ["no readable bundle.json" in problem for problem in problems(tmp_path)] == [True]


@pytest.mark.skipif(not (COMMITTED / "bundle.json").exists(), reason="no bundle beside the tests")
def test_committed_bundle_has_no_problems():
    torch.manual_seed(0)
    assert problems(COMMITTED) == []


@pytest.mark.skipif(not COMMITTED.exists(), reason="no bundle beside the tests")
def test_committed_files_are_small_enough_for_a_repository():
    assert max(path.stat().st_size for path in COMMITTED.iterdir()) <= LARGEST_COMMITTED_FILE_BYTES
