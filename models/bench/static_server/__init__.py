"""A good static-batch server: what ``sluice bench`` compares the worker with.

Requests with equal settings share a batch, and a batch runs all its steps together, as with the pipelines of diffusers.
``requests`` groups and cuts, ``steps`` is the arithmetic of a step, ``server`` runs a batch, ``__main__`` speaks the protocol.
"""
