"""Every bundle that the kit trains, by its name."""

from __future__ import annotations

from sluice_models import dit_recipe, glide_recipe, recipe, sd_recipe
from sluice_models.workshop import Recipe

RECIPES: dict[str, Recipe] = {module.FACTS.label.name: module.RECIPE for module in (recipe, dit_recipe, sd_recipe, glide_recipe)}
