"""Instants as integers of the same order: the processor compares two of them, with the keys that break a tie, at once.

The bits of a float that is not negative, read as an integer, have the order of the numbers (IEEE 754).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import config as numba_config
from numba.extending import intrinsic

NEVER = int(np.float64(np.inf).view(np.int64))
"""An infinite time."""

if numba_config.DISABLE_JIT:

    def instant(time: float) -> int:
        """The integer of a time (hours)."""
        return int(np.float64(time).view(np.int64))

    def time_of(instant: int) -> float:
        """The time (hours) of an integer."""
        return float(np.int64(instant).view(np.float64))

    def earlier(a: int, key_a: int, b: int, key_b: int) -> bool:
        """Whether instant `a` comes before `b`, or at the same time with the lower key."""
        return (a, key_a) < (b, key_b)

else:

    @intrinsic
    def instant(typingctx: Any, time: Any) -> Any:
        """The integer of a time (hours)."""
        return types.int64(types.float64), _bitcast

    @intrinsic
    def time_of(typingctx: Any, instant: Any) -> Any:
        """The time (hours) of an integer."""
        return types.float64(types.int64), _bitcast

    def _bitcast(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    @intrinsic
    def earlier(typingctx: Any, a: Any, key_a: Any, b: Any, key_b: Any) -> Any:
        """Whether instant `a` comes before `b`, or at the same time with the lower key."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            from llvmlite import ir

            wide, far = ir.IntType(128), ir.Constant(ir.IntType(128), 64)
            pairs = [
                builder.or_(builder.shl(builder.sext(instant, wide), far), builder.zext(key, wide))
                for instant, key in (arguments[:2], arguments[2:])
            ]
            return builder.icmp_signed("<", *pairs)

        return types.boolean(types.int64, types.int64, types.int64, types.int64), code
