"""Named random streams: a draw is a function of (base seed, replication, stream, position) and of nothing else.

The generator is Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
It is a keyed bijection of a 256-bit counter, so a stream needs no state: the key is (base seed, replication), the
counter is (position, owner, stream, 0), and each position yields a block of four 64-bit words. `stream` is a hash
of the purpose and of the owner's name; `owner` numbers the owners that have no name (a user within a site, a
ticket of a user).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import types
from numba.core import config as numba_config
from numba.extending import intrinsic

from simulator.streams.jit import inlined, rule

ROUNDS = 10
MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
HALF_STEP = 2.0**-53
MASK = (1 << 64) - 1


def stream(purpose: str, *owner: str) -> np.uint64:
    """The 64-bit number of the stream for `purpose` and the names of its owner (BLAKE2b)."""
    text = "\x1f".join((purpose, *owner)).encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


if numba_config.DISABLE_JIT:

    def multiply_high(a: Any, b: Any) -> Any:
        """Upper 64 bits of the 128-bit product."""
        return np.uint64((int(a) * int(b)) >> 64)

    def multiply_low(a: Any, b: Any) -> Any:
        """Lower 64 bits of the product."""
        return np.uint64((int(a) * int(b)) & MASK)

    def add(a: Any, b: Any) -> Any:
        """Sum modulo 2**64."""
        return np.uint64((int(a) + int(b)) & MASK)

else:

    @intrinsic
    def multiply_high(typingctx: Any, a: Any, b: Any) -> Any:
        """Upper 64 bits of the 128-bit product."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            from llvmlite import ir

            wide = ir.IntType(128)
            product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
            return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

        return types.uint64(types.uint64, types.uint64), code

    @rule
    def multiply_low(a: Any, b: Any) -> Any:
        """Lower 64 bits of the product."""
        return a * b

    @rule
    def add(a: Any, b: Any) -> Any:
        """Sum modulo 2**64."""
        return a + b


@inlined
def philox(key_0: Any, key_1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """The block of four uint64 words at counter (c0, c1, c2, c3) under key (key_0, key_1), all uint64."""
    for _ in range(ROUNDS):
        high_0 = multiply_high(MULTIPLIER_0, c0)
        low_0 = multiply_low(MULTIPLIER_0, c0)
        high_1 = multiply_high(MULTIPLIER_1, c2)
        low_1 = multiply_low(MULTIPLIER_1, c2)
        c0 = high_1 ^ c1 ^ key_0
        c1 = low_1
        c2 = high_0 ^ c3 ^ key_1
        c3 = low_0
        key_0 = add(key_0, WEYL_0)
        key_1 = add(key_1, WEYL_1)
    return c0, c1, c2, c3


@rule
def uniform(word: Any) -> float:
    """A float in the open interval (0, 1) from the upper 53 bits of `word`; never 0 or 1, so quantiles are finite."""
    return (float(np.int64(word >> np.uint64(11))) + 0.5) * HALF_STEP


@inlined
def draw(key: Any, stream_number: Any, owner: int, position: int) -> tuple[float, float, float, float]:
    """Four independent uniforms of one position of a stream; `key` is uint64[2]: base seed, replication."""
    w0, w1, w2, w3 = philox(key[0], key[1], np.uint64(position), np.uint64(owner), stream_number, np.uint64(0))
    return uniform(w0), uniform(w1), uniform(w2), uniform(w3)
