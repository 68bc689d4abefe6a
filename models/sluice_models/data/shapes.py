"""The eight shapes as signed distances: below zero inside, above outside, and near the edge the distance to it.

Coordinates are in units of the shape's radius, columns to the right and rows downwards, so that no shape reaches
further than ``REACH`` from the origin. All are f32 arrays of one shape.
"""

from __future__ import annotations

import numpy as np

REACH = 1.22


def circle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.hypot(x, y) - 1


def ring(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(x, y) - 0.77) - 0.23


def square(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.85


def cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two bars of a third of their length."""
    across, along = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(across - 0.33, along - 1), np.maximum(across - 1, along - 0.33))


def triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Equilateral, standing on its base; its centroid at the origin, inradius 0.575."""
    slanted = np.abs(x) * np.float32(np.sqrt(0.75)) - 0.5 * y
    return np.maximum(slanted, y) - 0.575


def star(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Five-pointed: tips at 1.15, notches at 0.5; folded into the tenth between a tip and its notch, then one straight edge."""
    tenth = np.pi / 5
    angle = np.arctan2(x, -y)
    folded = np.abs(angle - 2 * tenth * np.round(angle / (2 * tenth)))
    radius = np.hypot(x, y)
    tip = np.array([1.15, 0.0])
    notch = 0.5 * np.array([np.cos(tenth), np.sin(tenth)])
    edge = (notch - tip) / np.linalg.norm(notch - tip)
    normal = np.array([edge[1], -edge[0]], dtype=np.float32)
    return radius * (np.cos(folded) * normal[0] + np.sin(folded) * normal[1]) - np.float32(normal @ tip)


def heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A square on its corner, and a disc on the middle of each of its two upper edges; drawn for the right half."""
    half = 0.64
    lower, outer = y - 0.09 + np.abs(x), y - 0.09 - np.abs(x)
    u, v = lower * np.float32(np.sqrt(0.5)), outer * np.float32(np.sqrt(0.5))
    return np.minimum(np.maximum(np.abs(u), np.abs(v)), np.hypot(u, v + half)) - half


def moon(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A crescent, open to the right: a disc less another one shifted."""
    return np.maximum(np.hypot(x + 0.1, y) - 1, 0.8 - np.hypot(x - 0.35, y))


DISTANCES = {
    "circle": circle,
    "square": square,
    "triangle": triangle,
    "star": star,
    "cross": cross,
    "ring": ring,
    "heart": heart,
    "moon": moon,
}
