"""What somebody has submitted to the board of the lesson ``your-turn``, and what it has reached."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from app.recipe import Recipe

Shares = tuple[float | None, ...]
"""Of digits read rightly, one for each seed; None for a seed that diverged."""


class Entry(BaseModel):
    """A recipe that is trained with several seeds, of which ``recipe`` has the first. ``runs`` are the ids of those
    runs, members of ``sweep``; both are empty until its turn has come.

    ``name`` is what its visitor is called here, None without. ``predicted``: the score that was expected before it was
    trained. ``validation`` is None until all seeds have ended; ``test``, of digits that no recipe has learned from or
    been chosen by, comes after it. ``failed``: why there will be no score. ``created`` is Unix time in seconds.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str | None = None
    recipe: Recipe
    predicted: float | None = None
    created: float
    sweep: str = ""
    runs: tuple[str, ...] = ()
    validation: Shares | None = None
    test: Shares | None = None
    failed: str | None = None

    @property
    def ended(self) -> bool:
        """Nothing more is to be trained for it."""
        return self.validation is not None or self.failed is not None

    @property
    def score(self) -> float | None:
        """Return what it is ranked by; None where there is none, or most seeds diverged."""
        return None if self.validation is None else middle(self.validation)

    @property
    def tested(self) -> float | None:
        return None if self.test is None else middle(self.test)


def middle(shares: Sequence[float | None]) -> float | None:
    """The median of an odd number of them; one that diverged is less than any other."""
    return sorted(shares, key=lambda share: -1.0 if share is None else share)[len(shares) // 2]
