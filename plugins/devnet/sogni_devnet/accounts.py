"""The accounts of one devnet: credentials and balances."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from sogni_devnet.balance import Balance, Purse
from sogni_devnet.wallet import address, private_key


@dataclass(eq=False)
class Account:
    """One account. Its password is never sent; a login proves that the client has the derived wallet."""

    username: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)
    balance: Balance = field(default_factory=Balance)

    @cached_property
    def address(self) -> str:
        """Checksummed wallet address. It is derived when first needed, since that takes 5 ms."""
        return address(private_key(self.username, self.password))

    @classmethod
    def fresh(cls, username: str, *, spark: float = 0, sogni: float = 0) -> Account:
        """Return an account with a random password and key, and these balances."""
        return cls(
            username,
            password=secrets.token_urlsafe(12),
            api_key=f"devnet-{secrets.token_hex(16)}",
            balance=Balance(Purse(Decimal(str(spark))), Purse(Decimal(str(sogni)))),
        )

    def credentials(self) -> dict[str, str]:
        """Return the credentials that ``sogni devnet serve`` prints for other programs."""
        return {"username": self.username, "password": self.password, "apiKey": self.api_key}


class Accounts:
    """All accounts, found by wallet address or API key."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._all = tuple(accounts)
        self._by_key = {account.api_key: account for account in self._all}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._all)

    def __getitem__(self, index: int) -> Account:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def by_key(self, api_key: str) -> Account | None:
        """Return the account of an API key."""
        return self._by_key.get(api_key)

    def by_address(self, wallet: str) -> Account | None:
        """Return the account of a checksummed wallet address."""
        return next((account for account in self._all if account.address == wallet), None)
