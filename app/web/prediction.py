"""The answer of ``POST /predict``, stated once: the JSON is encoded from it, the OpenAPI document and the page's types
(``static/js/wire.d.ts``) are generated from it."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Raw, UnsetType

from app.handwriting.explanation import Explanation
from app.handwriting.ink import Image
from app.handwriting.reader import Reading

_PIXELS = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": 255},
    "minItems": 784,
    "maxItems": 784,
}

Pixels = Annotated[Raw, Meta(description="What the model saw; left out with image=false.", extra_json_schema=_PIXELS)]
"""784 whole numbers as JSON."""


class Prediction(Reading, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A reading, and whose it is."""

    run: Annotated[str, Meta(description="The run's id, or built-in.")]
    step: Annotated[int, Meta(ge=0)]
    image: Pixels | UnsetType = UNSET
    explanation: Explanation | UnsetType = UNSET


_NUMBERS = np.array([f"{value:3d}," for value in range(256)], "S4").view(np.uint32)
"""Each pixel as JSON, padded with spaces to four bytes so that numpy can join them: 2 µs instead of 7."""

_ENCODER = msgspec.json.Encoder()


def encode(
    reading: Reading, run: str, step: int, image: Image | None, explanation: Explanation | UnsetType = UNSET
) -> bytes:
    """The answer as JSON; ``image`` is what the model saw, or None to leave it out."""
    prediction = Prediction(
        verdict=reading.verdict,
        digit=reading.digit,
        gate=reading.gate,
        probability_3=reading.probability_3,
        logit=reading.logit,
        baseline=reading.baseline,
        run=run,
        step=step,
        image=UNSET if image is None else Raw(b"[%b]" % _NUMBERS.take(image.reshape(-1)).tobytes()[:-1]),
        explanation=explanation,
    )
    return _ENCODER.encode(prediction)
