"""Diffusion: schedules, reference samplers, and a bundle's stages from prompt to pixels."""
