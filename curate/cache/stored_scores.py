"""Scores as JSON, and back with every type checked: a cache is a file that anyone may have written."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from ..examine import CHECKS

HASHES = TypeAdapter(dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(pattern="^[0-9a-f]{16}$")]])
"""Reads and writes perceptual hashes by role."""
PROBLEM = TypeAdapter(str | None, config=ConfigDict(strict=True))
"""Checks why a shot could not be examined."""


def dump_scores(scores: Mapping[str, Any]) -> str:
    """Return scores by column as JSON; bytes in Base64."""
    return _model().model_construct(**scores).model_dump_json(exclude_unset=True)


def load_scores(text: str) -> dict[str, Any]:
    """Return the scores that `dump_scores` wrote.

    Raises:
        pydantic.ValidationError: it is something else.
    """
    return _model().model_validate_json(text).model_dump(exclude_unset=True)


@cache
def _model() -> type[BaseModel]:
    """Make the model whose fields are all columns of scores."""
    exact = ConfigDict(
        extra="forbid", strict=True, ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
    )
    columns: dict[str, Any] = {
        f"{check}_{name}": (hint, None)
        for check, record in CHECKS.items()
        for name, hint in get_type_hints(record).items()
    }
    return create_model("Scores", __config__=exact, **columns)
