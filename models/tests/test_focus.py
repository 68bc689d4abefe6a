"""What `sluice cost --format csv` writes is FOCUS, by the specification's own validator.

The files are held to what the command writes now by a test of the worker's (FocusCsvTest). Where its integration test (CostIT)
ran in this checkout, what the command wrote of a real topic is looked at too.

The validator is MIT-licensed and used here alone. It reads its list of currencies from the folder that it runs in, and ends
with 0 whatever it finds.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.downloads

HERE = Path(__file__).parent / "focus"
CHECKOUT = Path(__file__).parents[2]
VERSIONS = ("1.0", "1.2")

# What a provider like this one has; public price lists would ask for a second currency.
CRITERIA = ",".join(
    f"{name}_SUPPORTED"
    for name in (
        "ACCOUNT_NAMING",
        "BILLING_BASED_ON_PROVISIONED_RESOURCES",
        "MULTIPLE_PRICING_CATEGORIES",
        "NEGOTIATED_PRICING",
        "REGION",
        "RESOURCE_TYPE_ASSIGNMENT",
        "SUB_ACCOUNT",
        "TAGGING",
        "UNIT_PRICING",
        "USAGE_MEASUREMENT",
    )
)

# Two alternatives of InvoiceId-C-003-C, of which one holds and the other can't: "is null" and "is not null".
ALTERNATIVES = {"InvoiceId-C-004-C", "InvoiceId-C-005-C"}


def interpreter(version):
    """The validator for 1.0 runs on the kit's Python; the one for 1.2 needs a later one."""
    if version == "1.0":
        return sys.executable
    for name in (os.environ.get("FOCUS_PYTHON"), "python3.12", "python3.13", "python3.14"):
        found = name and shutil.which(name)
        if found:
            return found
    pytest.skip("the validator for FOCUS 1.2 needs Python 3.12 or later: put one on the path, or name it in FOCUS_PYTHON")


@pytest.fixture(scope="session")
def environment():
    """An environment with the validator for a version, made on first use and kept in build/."""

    def made(version):
        requirements = HERE / f"requirements-{version}.txt"
        home = CHECKOUT / "models" / "build" / f"focus-{version}"
        done = home / requirements.name
        if not done.exists() or done.read_text() != requirements.read_text():
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([interpreter(version), "-m", "venv", home], check=True)
            subprocess.run([home / "bin" / "pip", "install", "-q", "-r", requirements], check=True)
            shutil.copy(requirements, done)
        return home

    return made


@pytest.fixture
def failures(environment):
    """What the validator for a version says against a file: names of rules."""

    def found(version, path):
        home = environment(version)
        command = [home / "bin" / "focus-validator", "--data-file", path.resolve(), "--validate-version", version]
        if version != "1.0":
            command += ["--block-download", "--applicability-criteria", CRITERIA]
        packages = next((home / "lib").glob("python*/site-packages"))
        run = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        if version == "1.0":
            failed = set(re.findall(r"^([\w.]+) failed:", run.stdout, re.MULTILINE))
            assert bool(failed) != ("Validation succeeded." in run.stdout), run.stdout
            return failed
        assert len(re.findall("✅", run.stdout)) > 100, run.stdout + run.stderr
        return set(re.findall(r"❌ ([\w-]+): FAIL", run.stdout))

    return found


def written(version):
    real = CHECKOUT / "target" / "focus" / f"topic-{version}.csv"
    return [HERE / f"costs-{version}.csv"] + ([real] if real.exists() else [])


@pytest.mark.parametrize(("version", "path"), [(version, path) for version in VERSIONS for path in written(version)])
def test_what_cost_writes_is_valid(version, path, failures):
    found = failures(version, path)

    assert found == (set() if version == "1.0" else found & ALTERNATIVES)
    assert found != ALTERNATIVES


@pytest.mark.parametrize(
    ("version", "column", "value", "rule"),
    [
        ("1.0", "ContractedCost", None, "ContractedCost_Required"),
        ("1.0", "BillingPeriodStart", "2026-01-01", "BillingPeriodStart_IsDateTime"),
        ("1.0", "PricingCategory", "On-Demand", "PricingCategory_Enum_1.0"),
        ("1.2", "ContractedCost", None, "ContractedCost-C-001-M"),
        ("1.2", "ServiceCategory", "Pictures", "ServiceCategory-C-003-M"),
        ("1.2", "PricingUnit", "Million-Evaluation-Pixels", "PricingUnit-C-003-O"),
        ("1.2", "SubAccountName", "", "SubAccountName-C-005-C"),
    ],
)
def test_a_broken_column_is_found(version, column, value, rule, failures, tmp_path):
    with (HERE / f"costs-{version}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if value is None:
            del row[column]
        else:
            row[column] = value
    broken = tmp_path / "broken.csv"
    with broken.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    assert rule in failures(version, broken)
