"""The command line's grammar."""

import pytest

from sluice_models import cli


@pytest.mark.parametrize(
    "command",
    [["train", "denoiser"], ["pack"], ["unpack"], ["accuracy"], ["evaluate"], ["sheet"], ["verify"]],
    ids=lambda command: command[0],
)
def test_bundle_is_named_before_or_after_the_command(command):
    before = cli.parser().parse_args(["--bundle", "scenes-sd", *command])
    after = cli.parser().parse_args([*command, "--bundle", "scenes-sd"])
    assert before.bundle == after.bundle
    assert before.bundle.name == "scenes-sd"
