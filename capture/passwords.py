"""Where passwords come from: the environment, the keyring, or a prompt; never a file of ours."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import keyring

from nirecap.errors import UsageMistake

from .terminal import attended, hidden_question

SERVICE = "nirecap"
"""What the keyring knows us by."""


class Kind(StrEnum):
    """What a secret is for."""

    PASSWORD = "password"  # noqa: S105  the word
    API_KEY = "api_key"
    LIGHT_TOKEN = "light_token"  # noqa: S105  the word


@dataclass(frozen=True)
class Secret:
    """A secret by its kind and the name of the camera or light; it never holds the value."""

    kind: Kind
    owner: str

    @property
    def variables(self) -> tuple[str, str]:
        """The environment variables that may hold it: for this owner, for any.

        >>> Secret(Kind.API_KEY, "front-door").variables
        ('NIRECAP_API_KEY_FRONT_DOOR', 'NIRECAP_API_KEY')
        """
        for_any = f"NIRECAP_{self.kind.upper()}"
        return f"{for_any}_{re.sub(r'[^A-Z0-9]', '_', self.owner.upper())}", for_any

    @property
    def account(self) -> str:
        """The keyring's user name for it.

        >>> Secret(Kind.LIGHT_TOKEN, "lamp").account
        'light lamp/token'
        """
        return f"light {self.owner}/token" if self.kind is Kind.LIGHT_TOKEN else f"{self.owner}/{self.kind}"

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} of {self.owner}"


def find(secret: Secret) -> str | None:
    """Return the secret from the environment, else from the keyring; None where neither has it.

    A variable that is set and empty means that none is needed.
    """
    for name in secret.variables:
        if name in os.environ:
            return os.environ[name]
    return _kept(secret)


def obtain(secret: Secret) -> str:
    """Return the secret from the environment, the keyring, or else the person at the terminal; "" where none is needed.

    Raises:
        UsageMistake: neither has it and nobody can be asked; the message names the variable.
    """
    value = find(secret)
    if value is None and attended():
        value = hidden_question(f"{str(secret).capitalize()} (Enter for none)")
    if value is None:
        own, _ = secret.variables
        raise UsageMistake(f"the {secret} is needed: put it into the environment variable {own}, or use a terminal")
    return value


def can_keep() -> bool:
    """Tell whether there is a keyring that guards what it is given."""
    with suppress(Exception):  # a backend that is chosen and not installed
        return bool(keyring.get_keyring().priority >= 1)
    return False


def keep(secret: Secret, value: str) -> None:
    """Give the secret to the keyring.

    Raises:
        UsageMistake: it refuses, as a locked one does.
    """
    try:
        keyring.set_password(SERVICE, secret.account, value)
    except Exception as error:  # each backend has its own
        why = f"the keyring does not take the {secret} ({type(error).__name__})"
        raise UsageMistake(f"{why}; unlock it, or use the environment variable {secret.variables[0]}") from None


def forget(secret: Secret) -> None:
    """Take the secret out of the keyring, if it is there."""
    with suppress(Exception):  # each backend has its own; the most usual is that nothing was there
        keyring.delete_password(SERVICE, secret.account)


def _kept(secret: Secret) -> str | None:
    """Ask the keyring; one that is missing, locked or broken has nothing."""
    with suppress(Exception):  # each backend has its own
        return keyring.get_password(SERVICE, secret.account)
    return None
