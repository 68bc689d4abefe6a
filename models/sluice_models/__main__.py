"""Runs the command line, always with the same string hashes: TorchScript writes a module's constants in a set's order."""

import os
import sys

if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})

from sluice_models.cli import main

main()
