"""What a worker is asked to do: the first line on its standard input. Controls follow, each a line."""

from pydantic import BaseModel, ConfigDict

from app.controls import AnyControl
from app.recipe import Recipe


class Job(BaseModel):
    """``controls`` hold from step 0 on; the log's next record gets the number ``first_seq``."""

    model_config = ConfigDict(frozen=True)

    run: str
    name: str
    recipe: Recipe
    first_seq: int
    controls: tuple[AnyControl, ...] = ()

    def line(self) -> bytes:
        return self.model_dump_json().encode() + b"\n"
