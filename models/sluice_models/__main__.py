"""Runs the command line."""

from sluice_models.cli import main

main()
