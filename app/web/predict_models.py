"""The model that answers a question: the built-in one, or any run's at any step that was kept."""

from typing import NamedTuple

from msgspec import UNSET, UnsetType

from app.handwriting.builtin import NAME
from app.handwriting.explanation import Explanation
from app.handwriting.predictor import Predictor
from app.handwriting.reader import Reader, Reading, Verdict
from app.history.damage import Damaged
from app.history.lock import DatabaseInUse
from app.history.unavailable import HistoryUnavailable
from app.web import problems
from app.web.kept_models import no_earlier_built_in
from app.web.predict_input import Choice, Question
from app.web.prediction import encode
from app.web.services import Services


class Model(NamedTuple):
    run: str
    step: int
    predictor: Predictor | None
    """None: the built-in network."""

    def answer(
        self, question: Question, reader: Reader, explanation: Explanation | UnsetType = UNSET
    ) -> tuple[Verdict, bytes]:
        """The verdict, and the whole answer as JSON."""
        image, choice = question.image, question.choice
        reading: Reading = reader.read(image, self.predictor, question.most_ink, choice.keep, question.hindrances)
        return reading.verdict, encode(reading, self.run, self.step, image if choice.image else None, explanation)


async def find(choice: Choice, held: Services) -> Model:
    """The newest at or before the step that is chosen. Raises Problem: 404, 409, or why the history cannot be read,
    which no handler of the app's would see here (:class:`app.web.direct.DirectApp`)."""
    if choice.run in (None, NAME):
        no_earlier_built_in(held.reader, choice.step)
        return Model(NAME, held.reader.step, None)
    try:
        return Model(*await held.kept_models.get(held.history, str(choice.run), choice.step))
    except (HistoryUnavailable, DatabaseInUse) as error:
        raise problems.unavailable(error) from error
    except Damaged as error:
        raise problems.damaged(error) from error
