"""Abnormal losses: what was lost, what is made good, and the remainder that nobody repays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from entrepot.core.components import BOOK
from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.money import major, split_largest_remainder
from entrepot.engines.salvage.model import Claim, Loss, Recovery

SETTLED = frozenset({Claim.AGREED, Claim.PAID})


@dataclass(frozen=True, slots=True)
class AbnormalLoss:
    """A loss by component, minor units: ``remainder`` = landed cost less what is made good of it, the period's expense.

    ``gain`` is what payers gave beyond the cost that they cover: told apart, it does not shrink other components' loss.
    ``pending`` is claimed and not agreed: shown beside, never set against the loss.
    """

    loss: Loss
    landed: int
    made_good: int
    remainder: dict[str, int]
    gain: int
    pending: int
    lines: tuple[CostLine, ...]

    def explain(self) -> list[str]:
        """The loss, what is made good, what is not, and why."""
        currency = self.loss.currency

        def money(amount: int) -> str:
            return f"{major(amount, currency)} {currency}"

        lost = sum(self.remainder.values())
        out = [
            f"{self.loss.name}: {self.loss.units} units lost on {self.loss.on} ({self.loss.cause.value}), {money(self.landed)}"
        ]
        for r in self.loss.recoveries:
            what = " and ".join(sorted(r.covers)) or "the landed cost"
            out.append(f"{r.payer}: {money(r.amount)} for {what}, {r.status.value}")
        out.append(f"Abnormal loss: {money(lost)}")
        out += [f"  {component}: {money(amount)}" for component, amount in self.remainder.items() if amount]
        if self.gain:
            out.append(f"Repaid beyond the cost it covers: {money(self.gain)}, income of its own")
        if self.pending:
            out.append(f"Claimed and not agreed: {money(self.pending)}, not set against the loss")
        return out


def abnormal_loss(loss: Loss) -> AbnormalLoss:
    """What of a loss stays with the seller, by component.

    Agreed and paid recoveries reduce the components that they cover, in proportion to what is left of them, and never below
    zero; open ones are a contingent asset and wait. Abnormal waste is not inventory cost (IAS 2.16(a)); a recovery is recognised
    when it is virtually certain (IAS 37.33).

    >>> from entrepot.engines.salvage.model import Cause
    >>> told = abnormal_loss(Loss("FBA inbound", 50, Cause.PLATFORM, date(2026, 5, 2), "USD",
    ...     {"goods": 40_000, "freight": 9_000, "duty": 6_500},
    ...     (Recovery("Amazon", 40_000, Claim.PAID, frozenset({"goods"})),)))
    >>> for line in told.explain():
    ...     print(line)
    FBA inbound: 50 units lost on 2026-05-02 (platform), 555.00 USD
    Amazon: 400.00 USD for goods, paid
    Abnormal loss: 155.00 USD
      freight: 90.00 USD
      duty: 65.00 USD
    """
    outside = [component for component in loss.landed if component not in BOOK]
    if outside:
        raise ValueError(f"{loss.name}: {outside[0]} is not part of a landed cost")
    left = dict(loss.landed)
    made_good = gain = 0
    for recovery in loss.recoveries:
        if recovery.status not in SETTLED:
            continue
        names = [name for name in left if (not recovery.covers or name in recovery.covers) and left[name] > 0]
        room = sum(left[name] for name in names)
        used = min(recovery.amount, room)
        if used > 0:
            parts = split_largest_remainder(used, [left[name] for name in names])
            for name, part in zip(names, parts, strict=True):
                left[name] -= part
        made_good += used
        gain += recovery.amount - used
    pending = sum(r.amount for r in loss.recoveries if r.status is Claim.OPEN)
    basis = Basis("abnormal-loss", loss.cause.value, loss.on, None, Confidence.SELLER, legal="IAS 2.16(a)")
    lines = tuple(
        CostLine("loss", f"{loss.name}: {name} not made good", amount, loss.currency, basis, item=loss.name)
        for name, amount in left.items()
        if amount
    )
    return AbnormalLoss(loss, sum(loss.landed.values()), made_good, left, gain, pending, lines)


def claims_due(losses: list[Loss], on: date, within: int = 14) -> list[tuple[Loss, Recovery, int]]:
    """Open claims whose deadline comes within so many days, or has passed: (loss, claim, days left), most urgent first."""
    found = [
        (loss, recovery, (recovery.deadline - on).days)
        for loss in losses
        for recovery in loss.recoveries
        if recovery.status is Claim.OPEN and recovery.deadline is not None and (recovery.deadline - on).days <= within
    ]
    return sorted(found, key=lambda row: row[2])
