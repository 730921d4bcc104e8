"""A plan as the list of steps that one shot takes."""

from dataclasses import dataclass

from nirecap.vocabulary import Mode, Plan, Role


@dataclass(frozen=True)
class Step:
    """One image to take: what the camera and the room must be in."""

    role: Role
    bracket: bool = False
    """True for the repeat of the first image that ends a shot (I-N-R-I)."""

    @property
    def mode(self) -> Mode:
        """Mode of the camera."""
        return Mode.DAY if self.role in (Role.LOW, Role.REFERENCE) else Mode.NIGHT

    @property
    def lit(self) -> bool:
        """Whether the room's light is on."""
        return self.role in (Role.REFERENCE, Role.REFERENCE_NIRE)

    @property
    def stem(self) -> str:
        """Name of the file without its suffix."""
        return f"{self.role}_again" if self.bracket else str(self.role)


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """Return the steps of a plan: its roles in order, and the first again so that motion can be measured.

    The reference follows in DAY before NIGHT: only there do the pixels prove that the light is on.

    >>> [step.stem for step in steps_of(Plan.TRIPLET)]
    ['low', 'nire', 'reference', 'low_again']
    """
    return (*(Step(role) for role in plan.roles), Step(plan.roles[0], bracket=True))


def needs_light(plan: Plan) -> bool:
    """Tell whether a plan has a lit image."""
    return any(step.lit for step in steps_of(plan))
