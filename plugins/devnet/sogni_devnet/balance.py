"""The balance of an account, in exact decimals."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

TokenType = Literal["spark", "sogni"]


@dataclass
class Purse:
    """The balance of one token; ``settled + credit - debit`` can be spent."""

    settled: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    debit: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """The amount that can be spent."""
        return self.settled + self.credit - self.debit

    def payload(self) -> dict[str, str]:
        """Return the amounts as on the wire, as decimal strings."""
        amounts = {"settled": self.settled, "credit": self.credit, "debit": self.debit, "net": self.net}
        return {name: plain(amount) for name, amount in amounts.items()}


@dataclass
class Balance:
    """The balances of both tokens of one account."""

    spark: Purse = field(default_factory=Purse)
    sogni: Purse = field(default_factory=Purse)

    def purse(self, token: TokenType) -> Purse:
        """Return the purse of a token."""
        return self.spark if token == "spark" else self.sogni  # noqa: S105 - the name of a currency

    def debit(self, token: TokenType, amount: Decimal) -> bool:
        """Debit an amount; returns False and debits nothing if the balance is too small."""
        purse = self.purse(token)
        if purse.net < amount:
            return False
        purse.debit += amount
        return True

    def refund(self, token: TokenType, amount: Decimal) -> None:
        """Refund an amount that was debited."""
        self.purse(token).debit -= amount

    def payload(self) -> dict[str, dict[str, str]]:
        """Return the payload of ``/v4/account/balance`` and ``balanceUpdate``."""
        return {"sogni": self.sogni.payload(), "spark": {**self.spark.payload(), "premiumCredit": "0"}}


def plain(amount: Decimal) -> str:
    """Return a decimal without exponent and without trailing zeros, as a string."""
    text = format(amount, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
