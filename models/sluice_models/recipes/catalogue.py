"""Every bundle that the kit trains, by its name."""

from __future__ import annotations

from sluice_models.recipes import glyphs_adm, glyphs_dit, scenes_glide, scenes_sd
from sluice_models.recipes.workshop import Recipe

_ALL = (glyphs_adm, glyphs_dit, scenes_sd, scenes_glide)
RECIPES: dict[str, Recipe] = {module.FACTS.label.name: module.RECIPE for module in _ALL}
