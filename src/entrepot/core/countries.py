"""The countries and territories of ISO 3166-1 by their codes of two letters."""

from __future__ import annotations

from entrepot.core.errors import Problem, ProblemError

CODES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
        "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
        "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
        "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT "
        "MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
        "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ "
        "UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
        "XK"
    ).split()
)
"""ISO 3166-1 alpha-2, and XK, by which customs authorities know Kosovo."""


def origin_problem(origin: str, found: str = "") -> Problem | None:
    """What is wrong with a country of origin, ``None`` for a country and where none is named.

    Goods of a country that is none would count as goods of a country without added duties.

    >>> origin_problem("VN"), origin_problem(""), origin_problem("ZZ").code
    (None, None, 'unknown_origin')
    """
    if not origin or origin.upper() in CODES:
        return None
    return Problem(
        "unknown_origin", "the country of origin is no country", "write its two letters such as CN, or GB for the United Kingdom",
        field="origin", found=found or origin[:20],
    )  # fmt: skip


def origin_code(text: str) -> str:
    """The code of a country of origin as typed, empty where none is. Raises :class:`ProblemError` for what is no country.

    >>> origin_code(" cn "), origin_code("")
    ('CN', '')
    """
    code = text.strip().upper()
    if problem := origin_problem(code):
        raise ProblemError(problem)
    return code
