"""Money as integers: minor units of a currency, exact rates, splits that lose nothing.

Rounding is half away from zero everywhere, so that a credit undoes its bill exactly: R(-x) = -R(x).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from entrepot.core.errors import Problem, ProblemError

_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_TWO = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
    CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG""".split()
)

CURRENCIES: dict[str, int] = {**dict.fromkeys(_TWO, 2), **dict.fromkeys(_NONE, 0), **dict.fromkeys(_THREE, 3)}
"""ISO 4217 code to exponent: how many decimals the minor unit has (0, 2 or 3)."""

MAX_AMOUNT = 2**62
"""Bound of a stored amount, checked at intake so that sums of two stay within 64 bits."""


_MOST_DIGITS = 30


def exponent(currency: str) -> int:
    """Decimals of ``currency``'s minor unit.

    Raises :class:`~entrepot.core.errors.ProblemError` for a code that is not in ISO 4217.

    >>> exponent("USD"), exponent("JPY"), exponent("KWD")
    (2, 0, 3)
    """
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise ProblemError(
            Problem(
                "unknown_currency",
                "the currency is not an ISO 4217 code",
                "use a three-letter code such as USD, CNY or EUR",
                field="currency",
                found=currency,
            )
        ) from None


def minor(amount: Decimal | str | int, currency: str) -> int:
    """Major units to minor units, half away from zero below the last decimal.

    >>> minor("12.345", "USD"), minor("-12.345", "USD"), minor(5, "JPY")
    (1235, -1235, 5)

    Raises :class:`~entrepot.core.errors.ProblemError` for what is no finite number, or beyond :data:`MAX_AMOUNT`.
    """
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ProblemError(
            Problem("not_an_amount", "the amount is not a finite number", "write it like 1234.56", found=str(amount))
        )
    # The power of ten first: a number such as 1e999999999 is not worth its digits.
    result = (
        MAX_AMOUNT + 1
        if value.adjusted() > _MOST_DIGITS
        else round_half_away(Fraction(value) * 10 ** exponent(currency))
    )
    if abs(result) > MAX_AMOUNT:
        raise ProblemError(
            Problem(
                "amount_too_large", "the amount is beyond what can be stored", "check the number", found=str(amount)
            )
        )
    return result


def major(amount: int, currency: str) -> str:
    """Minor units as a plain decimal text in major units, without grouping.

    >>> major(-1235, "USD"), major(5, "JPY"), major(5, "KWD")
    ('-12.35', '5', '0.005')
    """
    places = exponent(currency)
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def round_half_away(value: Fraction) -> int:
    """R of the ledger page: nearest integer, halves away from zero.

    >>> round_half_away(Fraction(5, 2)), round_half_away(Fraction(-5, 2)), round_half_away(Fraction(7, 3))
    (3, -3, 2)
    """
    n, d = value.numerator, value.denominator
    return (2 * n + d) // (2 * d) if n >= 0 else -((-2 * n + d) // (2 * d))


def range_share(total: int, count: int, start: int, stop: int) -> int:
    """What units [start, stop) of ``count`` carry of ``total``: R(T·b/n) − R(T·a/n).

    Consecutive ranges sum to the total whatever the cuts (docs/methods/ledger.md, "Cost of a range").

    >>> range_share(5001, 100, 0, 30), range_share(5001, 100, 30, 70), range_share(5001, 100, 70, 100)
    (1500, 2001, 1500)
    """
    return round_half_away(Fraction(total * stop, count)) - round_half_away(Fraction(total * start, count))


def split_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` by ``weights`` into integers that sum to it; ties go to the earlier target.

    A negative total mirrors the positive one. Weights are integers >= 0 with a positive sum, otherwise
    :class:`~entrepot.core.errors.ProblemError`. Source: Hamilton's method of largest remainders.

    >>> split_largest_remainder(100, [1, 1, 1]), split_largest_remainder(-100, [1, 1, 1])
    ([34, 33, 33], [-34, -33, -33])
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ProblemError(
            Problem(
                "empty_basis",
                "the weights of this split do not add up to more than zero",
                "give the missing weight, volume or value, or choose another basis",
                field="basis",
            )
        )
    sign, amount = (-1, -total) if total < 0 else (1, total)
    floors = [amount * w // whole for w in weights]
    left = amount - sum(floors)
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in order[:left]:
        floors[i] += 1
    return [sign * f for f in floors]


def convert(amount: int, source: str, target: str, rate: Fraction) -> int:
    """Minor units of ``source`` into minor units of ``target``; ``rate`` = target per one source, major units.

    >>> convert(10000, "USD", "CNY", Fraction(71234, 10000)), convert(10000, "JPY", "USD", Fraction(1, 150))
    (71234, 6667)
    """
    return round_half_away(amount * rate * Fraction(10) ** (exponent(target) - exponent(source)))
