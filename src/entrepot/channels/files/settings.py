"""What the caller says about a file beyond its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from entrepot.channels.files.date_style import DateOrder
from entrepot.channels.files.number_style import NumberStyle
from entrepot.channels.files.refusals import refuse
from entrepot.core.money import exponent


@dataclass(frozen=True)
class Settings:
    """Everything that the file itself may leave open; ``None`` = not said, so ask where it is needed.

    ``shop``, ``company`` and ``location`` are codes; ``currency`` is ISO 4217; ``zone`` names the zone of times
    without an offset; ``as_of`` is the instant of a file that states a stock without its date.
    """

    shop: str | None = None
    currency: str | None = None
    zone: str | None = None
    company: str | None = None
    location: str | None = None
    as_of: datetime | None = None
    number_style: NumberStyle | None = None
    date_order: DateOrder | None = None

    def check(self) -> None:
        """Raise ``ProblemError`` where something that was said cannot be."""
        if self.currency is not None:
            exponent(self.currency)
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError):
                raise refuse(
                    "unknown_zone", "there is no such time zone", "name one such as Asia/Shanghai", found=self.zone
                ) from None
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise refuse("moment_without_zone", "the moment has no time zone", "add its offset", found=self.as_of)
