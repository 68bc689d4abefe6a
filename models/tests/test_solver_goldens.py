"""The goldens that the worker's solvers are held to are what the installed diffusers computes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import solver_goldens

pytest.importorskip("diffusers")


def test_goldens_are_what_diffusers_computes():
    written = json.loads(solver_goldens.GOLDENS.read_text())
    computed = solver_goldens.goldens()

    assert computed["runs"].keys() == written["runs"].keys()
    for name, golden in computed["runs"].items():
        assert golden["timesteps"] == written["runs"][name]["timesteps"], name
        np.testing.assert_allclose(golden["states"], written["runs"][name]["states"], rtol=1e-5, atol=1e-6, err_msg=name)


def test_euler_left_to_itself_visits_fractional_timesteps():
    from diffusers import EulerDiscreteScheduler

    with pytest.raises(ValueError, match=r"visits 978\.6"):
        solver_goldens.run(EulerDiscreteScheduler.from_config(solver_goldens.CONFIG), 50)
