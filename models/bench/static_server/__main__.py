"""One line of JSON requests in, one line of JSON counts and seconds out, until the input ends."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

# The kit of this checkout, installed or not, and never another checkout's.
sys.path.insert(0, str(Path(__file__).parents[2]))

from static_server.requests import Request
from static_server.server import BundleModules, StaticServer


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m static_server", description=__doc__)
    whole.add_argument("--bundle", type=Path, required=True, help="the bundle's folder")
    whole.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    whole.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)")
    whole.add_argument("--max-batch", type=int, default=16, help="images in a batch at most (default: 16)")
    whole.add_argument("--guide-every-step", action="store_true", help="evaluate guidance also where the plan skips it")
    return whole


def main() -> None:
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    # As the worker has it; neither setting was the faster one (README.md).
    torch._C._set_graph_executor_optimize(False)
    modules = BundleModules.load(arguments.bundle, torch.device(arguments.device))
    server = StaticServer(modules, arguments.max_batch, arguments.guide_every_step)
    server.warm_up()
    facts = {"torch": torch.__version__, "threads": arguments.threads, "device": arguments.device}
    print(f"ready {json.dumps(facts)}", flush=True)
    for line in sys.stdin:
        requests = [Request.parse(entry) for entry in json.loads(line)["requests"]]
        print(json.dumps(server.serve(requests).as_json()), flush=True)


main()
