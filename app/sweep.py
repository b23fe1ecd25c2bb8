"""Several runs asked for at once, one for each combination of some recipe fields' values."""

from pydantic import BaseModel, ConfigDict


class Sweep(BaseModel):
    """``axes`` are the values of each field that differs; the members' recipes are their product, the last axis
    fastest. The runs name their sweep, not the sweep its runs. ``created`` is Unix time in seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    preset: str | None = None
    axes: dict[str, list[float | int | bool | str]]
    created: float
