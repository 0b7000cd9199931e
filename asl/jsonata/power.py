"""`Math.pow` to the last bit, as JavaScript's engine V8 computes it.

The C library rounds more exactly, so that its last digit may be another. x**y is 2**(y * log2(x)); the logarithm and
the product are kept as sums of two doubles, the first with its lower half zero, so that products of first parts are
exact (the method and the constants of fdlibm).
"""

from __future__ import annotations

import math
import struct
from typing import Final

_LOG_SERIES: Final = (
    5.99999999999994648725e-01,
    4.28571428578550184252e-01,
    3.33333329818377432918e-01,
    2.72728123808534006489e-01,
    2.30660745775561754067e-01,
    2.06975017800338417784e-01,
)
"""(3/2) (log(x) - 2s - 2/3 s**3) as a series in s**2."""
_EXP_SERIES: Final = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LN2: Final = 6.93147180559945286227e-01
_LN2_HIGH: Final = 6.93147182464599609375e-01
_LN2_LOW: Final = -1.90465429995776804525e-09
_LOG2_E: Final = 1.44269504088896338700
_LOG2_E_HIGH: Final = 1.44269502162933349609
_LOG2_E_LOW: Final = 1.92596299112661746887e-08
_TWO_THIRDS_LOG2_E: Final = 9.61796693925975554329e-01
_TWO_THIRDS_LOG2_E_HIGH: Final = 9.61796700954437255859e-01
_TWO_THIRDS_LOG2_E_LOW: Final = -7.02846165095275826516e-09
_LOG2_3_2_HIGH: Final = 5.84962487220764160156e-01
_LOG2_3_2_LOW: Final = 1.35003920212974897128e-08
_SQRT_3_2: Final = 0x3FF3988E
_SQRT_3: Final = 0x3FFBB67A
"""Where the reduction changes, as the upper half of a double."""
_HUGE_EXPONENT: Final = 2.0**31
_NEAR_ONE: Final = 2.0**-20
_OVERFLOW_SLACK: Final = 8.0085662595372944372e-17


def power(base: float, exponent: float) -> float:
    """`base ** exponent` as ECMAScript defines it: NaN and infinities as results, nothing raised."""
    if exponent == 0:
        return 1.0
    if base != base or exponent != exponent or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    if base == 0 or math.isinf(base) or math.isinf(exponent) or abs(base) == 1:
        return _at_the_ends(base, exponent)
    if base < 0 and not exponent.is_integer():
        return math.nan
    shortcut = _shortcut(base, exponent)
    if shortcut is not None:
        return shortcut
    result = _power_of_two(_log2(abs(base), exponent), exponent)
    return -result if base < 0 and _is_odd(exponent) else result


def _is_odd(value: float) -> bool:
    return math.fmod(value, 2) in (1, -1)


def _at_the_ends(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except ValueError:  # zero to a negative power, or -1 to one that is not an integer
        if base:
            return math.nan
        return math.copysign(math.inf, base) if _is_odd(exponent) else math.inf


def _shortcut(base: float, exponent: float) -> float | None:
    if exponent == 1:
        return base
    if exponent == 2:
        return base * base
    if exponent == -1:
        return 1 / base
    if exponent == 0.5 and base >= 0:
        return math.sqrt(base)
    return None


def _upper(value: float) -> float:
    """The double whose lower 32 bits are zero."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return _from_bits(bits >> 32 << 32)


def _from_bits(bits: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<q", bits))[0]
    return value


def _log2(base: float, exponent: float) -> tuple[float, float]:
    """log2(base) as a sum of two; for huge exponents only what decides between zero, one and infinity."""
    if abs(exponent) <= _HUGE_EXPONENT:
        return _log2_reduced(base)
    if abs(base - 1) > _NEAR_ONE:
        return (math.copysign(1.0, base - 1), 0.0)
    rest = base - 1
    square = rest * rest * (0.5 - rest * (0.3333333333333333333333 - rest * 0.25))
    first = _LOG2_E_HIGH * rest
    second = rest * _LOG2_E_LOW - square * _LOG2_E
    high = _upper(first + second)
    return high, second - (high - first)


def _log2_reduced(base: float) -> tuple[float, float]:
    """With base = 2**n * x and x near 1 or 3/2, by the series of log((1 + s) / (1 - s))."""
    fraction, n = math.frexp(base)
    x, n = 2 * fraction, n - 1
    bits: int = struct.unpack("<q", struct.pack("<d", x))[0]
    upper_bits = bits >> 32
    near_three_halves = _SQRT_3_2 < upper_bits < _SQRT_3
    if upper_bits >= _SQRT_3:
        x, n = x / 2, n + 1
        upper_bits -= 0x00100000
    center = 1.5 if near_three_halves else 1.0
    difference, inverse = x - center, 1 / (x + center)
    s = difference * inverse
    s_high = _upper(s)
    sum_high = _from_bits(((upper_bits >> 1 | 0x20000000) + 0x00080000 + (near_three_halves << 18)) << 32)
    sum_low = x - (sum_high - center)
    s_low = inverse * ((difference - s_high * sum_high) - s_high * sum_low)
    return _log2_of_series(s, s_high, s_low, n, near_three_halves)


def _log2_of_series(s: float, s_high: float, s_low: float, n: int, near_three_halves: bool) -> tuple[float, float]:
    square = s * s
    series = square * square * _polynomial(_LOG_SERIES, square)
    series += s_low * (s_high + s)
    square = s_high * s_high
    factor_high = _upper(3.0 + square + series)
    factor_low = series - ((factor_high - 3.0) - square)
    first = s_high * factor_high
    second = s_low * factor_high + factor_low * s
    product_high = _upper(first + second)
    product_low = second - (product_high - first)
    log_high, log_low = (_LOG2_3_2_HIGH, _LOG2_3_2_LOW) if near_three_halves else (0.0, 0.0)
    first = _TWO_THIRDS_LOG2_E_HIGH * product_high
    second = _TWO_THIRDS_LOG2_E_LOW * product_high + product_low * _TWO_THIRDS_LOG2_E + log_low
    high = _upper(((first + second) + log_high) + n)
    return high, second - (((high - n) - log_high) - first)


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    result = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        result = coefficient + x * result
    return result


def _power_of_two(log: tuple[float, float], exponent: float) -> float:
    """2 ** (exponent * log)."""
    exponent_high = _upper(exponent)
    low = (exponent - exponent_high) * log[0] + exponent * log[1]
    high = exponent_high * log[0]
    total = low + high
    if total > 1024 or (total == 1024 and low + _OVERFLOW_SLACK > total - high):
        return math.inf
    if total < -1075 or (total == -1075 and low <= total - high):
        return 0.0
    whole = 0
    if abs(total) > 0.5:
        whole = int(math.copysign(math.floor(abs(total) + 0.5), total))
        high -= whole
    return math.ldexp(_small_power_of_two(low, high), whole)


def _small_power_of_two(low: float, high: float) -> float:
    """2 ** (low + high), where the sum is between -1/2 and 1/2."""
    upper = _upper(low + high)
    first = upper * _LN2_HIGH
    second = (low - (upper - high)) * _LN2 + upper * _LN2_LOW
    z = first + second
    rest = second - (z - first)
    square = z * z
    t = z - square * _polynomial(_EXP_SERIES, square)
    # fdlibm subtracts the last term from the quotient; V8 from the divisor, and its answers are the ones to give.
    correction = (z * t) / ((t - 2.0) - (rest + z * rest))
    return 1.0 - (correction - z)
