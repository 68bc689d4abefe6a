"""Checks what a worker on one device promises: equal bits whatever else is in its calls, and memory that stays flat.

Starts ``./sluice standalone`` on free ports, asks for three requests one at a time, then for the same three among many others,
twice. Exits with 1 and a sentence where pixels differ or memory grows.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[2]
MOST_GROWTH_MIB = {"gpu": 64, "cpu": 256}
NEIGHBOURS = 40
_CLASSES = json.loads((ROOT / "models/bundles/glyphs-adm/bundle.json").read_text())["condition"]["classes"]


class CheckFailed(RuntimeError):
    """The device or the worker does not do what it should; the message is the sentence to print."""


def subjects(model: str, prefix: str) -> list[dict[str, Any]]:
    """Three requests that differ in how they are guided; the prefix changes their names alone."""
    compressed = {"kind": "COMPRESS", "guided": 8}
    guidances = {
        "free": {"method": "CLASSIFIER_FREE", "scale": 3.0, "schedule": compressed},
        "guide": {"method": "CLASSIFIER", "scale": 4.0, "schedule": compressed},
        "plain": {"method": "NONE"},
    }
    common = {"tenantId": "check", "model": model, "prompt": {"label": _CLASSES[3]}, "images": 2, "seed": 4711}
    sampler = {"kind": "DDPM", "steps": 30}
    return [{"requestId": f"{prefix}-{name}", **common, "sampler": sampler, "guidance": guidances[name]} for name in guidances]


def neighbours(model: str, prefix: str) -> list[dict[str, Any]]:
    """Requests of every sort, the same at every run."""
    draw = random.Random(1)
    return [
        {
            "requestId": f"{prefix}-{number}",
            "tenantId": f"tenant-{number % 5}",
            "model": model,
            "prompt": {"label": draw.choice(_CLASSES)},
            "images": draw.randint(1, 4),
            "seed": draw.randrange(2**31),
            "sampler": {"kind": draw.choice(("DDPM", "DDIM")), "steps": draw.randint(10, 40)},
            "guidance": {
                "method": draw.choice(("NONE", "CLASSIFIER", "CLASSIFIER_FREE")),
                "scale": draw.uniform(1.5, 5.0),
                "schedule": {"kind": "COMPRESS", "guided": draw.randint(1, 10)},
            },
        }
        for number in range(NEIGHBOURS)
    ]


def among(few: list[dict[str, Any]], many: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The few spread over the many."""
    gap = len(many) // len(few)
    parts = [[*many[gap * i : gap * (i + 1)], request] for i, request in enumerate(few)]
    return [request for part in parts for request in part] + many[gap * len(few) :]


@dataclass(frozen=True)
class Worker:
    """A standalone worker that runs: its process, its addresses, its data folder, and its device (cpu, or gpu:N)."""

    process: subprocess.Popen[str]
    data: Path
    kafka: str
    registry: str
    device: str

    def pixels(self, requests: list[dict[str, Any]]) -> dict[str, list[bytes]]:
        """Each request's images, by request id, once all are completed. Not whole files: those name their request."""
        command: list[str | Path] = [
            ROOT / "sluice",
            "submit",
            "--kafka",
            self.kafka,
            "--registry",
            self.registry,
            "--stdin",
            "--wait",
            "--json",
        ]
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        finished = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=False)
        if finished.returncode:
            raise CheckFailed(f"not every request was completed: {finished.stdout[-500:]}")
        completed = [json.loads(line) for line in finished.stdout.splitlines()]
        return {event["requestId"]: [self._picture(image) for image in event["images"]] for event in completed}

    def _picture(self, image: dict[str, Any]) -> bytes:
        with Image.open(self.data / "s3" / image["bucket"] / image["key"]) as picture:
            return picture.tobytes()

    def memory_mib(self) -> int:
        """What the device has in use (GPU, whoever uses it), or what the process has resident (CPU)."""
        if self.device != "cpu":
            return gpu_memory_mib(self.device)
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def gpu_memory_mib(device: str) -> int:
    query = ["nvidia-smi", "-i", device.removeprefix("gpu:"), "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.run(query, capture_output=True, text=True, check=True).stdout)


@contextmanager
def running_worker(bundle: Path, device: str) -> Iterator[Worker]:
    """A standalone worker with an empty data folder; asked to end on leaving, as with Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="sluice-check-") as data:
        ports = [f"--{server}-port=0" for server in ("kafka", "registry", "s3", "http")]
        command: list[str | Path] = [ROOT / "sluice", "standalone", "--json", "--data", data, "--bundle", bundle]
        command += ["--device", device, *ports]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            first = process.stdout.readline() if process.stdout else ""
            if not first.startswith("{"):
                raise CheckFailed(f"the worker did not start on {device}; its log above says why")
            addresses = json.loads(first)
            yield Worker(process, Path(data), addresses["kafka"], addresses["registry"], device)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)


def check(bundle: Path, device: str) -> None:
    model = json.loads((bundle / "bundle.json").read_text())["name"]
    with running_worker(bundle, device) as worker:
        expected = [worker.pixels([request])[request["requestId"]] for request in subjects(model, "alone")]
        used = []
        for prefix in ("first", "second"):
            few = subjects(model, prefix)
            found = worker.pixels(among(few, neighbours(model, f"{prefix}-neighbour")))
            for request, images in zip(few, expected, strict=True):
                if found[request["requestId"]] != images:
                    raise CheckFailed(f"{request['requestId']}: other pixels than when it was alone on {device}")
            used.append(worker.memory_mib())
    count = sum(len(images) for images in expected)
    print(f"bits: {count} images alone and twice among {NEIGHBOURS} other requests, equal pixels on {device}")
    grown, most = used[1] - used[0], MOST_GROWTH_MIB[device[:3]]
    print(f"memory on {device}: {used[0]} MiB in use after {NEIGHBOURS + 3} requests, {used[1]} MiB after as many again")
    if grown > most:
        raise CheckFailed(f"memory grew by {grown} MiB between two equal rounds, more than {most}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bundle", type=Path, required=True, help="the bundle's folder")
    options.add_argument("--device", default="gpu:0", help="gpu:N, or cpu (default: gpu:0)")
    arguments = options.parse_args()
    try:
        check(arguments.bundle, arguments.device)
    except CheckFailed as failed:
        print(failed, file=sys.stderr)
        raise SystemExit(1) from failed


main()
