"""The noise that the worker gives an image, computed anew (docs/decisions/0004): Philox 4x32-10 and the normal quantile."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

INITIAL, STEP, UPSAMPLER = 0, 1, 2

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_WORD = 0xFFFF_FFFF
_ROUNDS = 10


def philox_block(counter: tuple[int, int, int, int], key: int) -> tuple[int, int, int, int]:
    """Four 32-bit words (Salmon et al. 2011); ``key`` has 64 bits, its low word comes first."""
    c0, c1, c2, c3 = counter
    k0, k1 = key & _WORD, key >> 32
    for _ in range(_ROUNDS):
        p0, p1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _WORD, (p0 >> 32) ^ c3 ^ k1, p0 & _WORD
        k0, k1 = (k0 + _WEYL[0]) & _WORD, (k1 + _WEYL[1]) & _WORD
    return c0, c1, c2, c3


def noise(seed: int, shape: tuple[int, ...], purpose: int = INITIAL, index: int = 0, image: int = 0) -> np.ndarray:
    """Standard normal deviates f32[shape], for the step at sampling index ``index`` where that is the purpose."""
    count = int(np.prod(shape))
    words = [word for block in range(-(-count // 4)) for word in philox_block((block, index, image, purpose), seed)]
    normal = NormalDist()
    return np.array([normal.inv_cdf((word + 0.5) / 2**32) for word in words[:count]], dtype=np.float32).reshape(shape)
