"""The words of the paper, used everywhere: code, columns, help and documentation."""

from enum import StrEnum


class Role(StrEnum):
    """What an image of a shot is."""

    LOW = "low"
    """I: visible mode, low light."""
    NIRE = "nire"
    """N: night mode, IR-cut filter out, IR lamp on."""
    REFERENCE = "reference"
    """R or I_f: visible mode, lit."""
    REFERENCE_NIRE = "reference_nire"
    """N_f: night mode, lit."""


class Mode(StrEnum):
    """State of a camera's IR-cut filter; vendor words stay inside their driver."""

    DAY = "day"
    """Filter in the light path, colour picture."""
    NIGHT = "night"
    """Filter out, IR lamp on, monochrome picture."""
    AUTO = "auto"
    """The camera decides."""


class Plan(StrEnum):
    """Which images one shot takes."""

    PAIR = "pair"
    REFERENCE = "reference"
    TRIPLET = "triplet"
    QUAD = "quad"

    @property
    def roles(self) -> tuple[Role, ...]:
        """Roles of a finished shot under this plan.

        >>> [str(role) for role in Plan.TRIPLET.roles]
        ['low', 'nire', 'reference']
        """
        return _ROLES[self]


_ROLES = {
    Plan.PAIR: (Role.LOW, Role.NIRE),
    Plan.REFERENCE: (Role.REFERENCE, Role.REFERENCE_NIRE),
    Plan.TRIPLET: (Role.LOW, Role.NIRE, Role.REFERENCE),
    Plan.QUAD: (Role.LOW, Role.NIRE, Role.REFERENCE, Role.REFERENCE_NIRE),
}
