"""Every way in which ``POST /predict`` may be asked, read into one :class:`Question`, or into many that were sent as
:class:`Items`, or refused with a Problem."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from itertools import chain
from struct import Struct
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET, Raw, UnsetType
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.handwriting import fill, ink, picture
from app.handwriting.gate import LEAST_KEPT
from app.handwriting.hindrances import UNHINDERED, Hindrances
from app.handwriting.ink import Image
from app.handwriting.picture import Seen
from app.web.client import client_address
from app.web.problems import Problem, invalid
from app.web.reading_work import ReadingWork
from app.web.request_body import Body

PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")
TYPES = ("application/json", "application/octet-stream", *PICTURE_TYPES, "multipart/form-data")

ALSO_CALLED = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}
"""What some programs say for them."""

_AS_PROGRAMS_SAY = {media_type.encode(): media_type for media_type in TYPES}

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

JSON_LIMIT = 2 * 1024 * 1024
"""Bytes of one drawing. 20,000 points with times, written at full precision, are about 1.2 MB."""
MOST_ITEMS = 1000
ITEMS_LIMIT = 8 * 1024 * 1024
"""Bytes of many drawings in one body. A thousand of 100 points with times, at full precision, are 5 MB; a thousand of
MNIST's digits as fractions are 6 MB."""
PICTURE_LIMIT = 10 * 1024 * 1024
"""Bytes. A phone's photo is 2 to 6 MB."""
FORM_LIMIT = PICTURE_LIMIT + 64 * 1024
"""Bytes: a picture and the form around it."""
RAW_LIMIT = 64 * 1024
"""Bytes, beyond which raw pixels of the wrong length are "too large" rather than "the wrong length"."""
MOST_STROKES = 1000
MOST_POINTS = 20_000
"""Of all strokes together. Ten minutes' drawing with a fast pen."""
INLINE_LIMIT = 32 * 1024
"""Bytes of JSON that are parsed on the event loop. 784 fractions are 16 kB."""
INLINE_LISTS = 300
"""Lists in such JSON, strokes and points together: more would hold the event loop up for many milliseconds."""

PIXELS = 784
"""28 rows of 28."""

_DOUBLES = Struct("784d")

# Strict, so that true is no number and "3" neither. Fail fast: one error is enough to be refused for, a million cost.
_LIMITS: Any = {"minimum": 0, "maximum": 255}  # checked afterwards, all numbers at a time
_Whole = Annotated[int, Field(strict=True, json_schema_extra=_LIMITS)]
_Pixel = Annotated[float, Field(strict=True, json_schema_extra=_LIMITS)]
_Row = Annotated[list[_Pixel], Field(min_length=28, max_length=28, fail_fast=True)]
_WholePixels = Annotated[list[_Whole], Field(min_length=PIXELS, max_length=PIXELS, fail_fast=True)]
_Pixels = Annotated[list[_Pixel], Field(min_length=PIXELS, max_length=PIXELS, fail_fast=True)]
_Rows = Annotated[list[_Row], Field(min_length=28, max_length=28, fail_fast=True)]
_Coordinate = Annotated[float, Field(strict=True)]
_Point = Annotated[list[_Coordinate], Field(min_length=2, max_length=3, fail_fast=True)]
_Stroke = Annotated[list[_Point], Field(max_length=MOST_POINTS, fail_fast=True)]

_RunId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", description="A run's id, live or built-in.")]
_Step = Annotated[int, Field(ge=0, le=10**9, description="The model at or before this step; the newest by default.")]
_Keep = Annotated[
    float,
    Field(
        ge=LEAST_KEPT,
        le=1,
        description="How much is taken for a 3 or a 7: the share of the validation digits (MNIST's test 3s and 7s) "
        "that would be. 0.99 by default; with less, more is neither.",
    ),
]

_ROWS_OF_PIXELS = re.compile(rb'"pixels"\s*:\s*\[\s*\[')


class Choice(BaseModel):
    """What the query of a question says: which run's model answers, how much the gate keeps, whether the image and the
    reasons come along."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    run: _RunId | None = None
    step: _Step | None = None
    image: bool = True
    explain: bool = False
    keep: _Keep | None = None


_NOTHING_SAID = Choice()


class _Body(BaseModel):
    """What any JSON body may say; where it does not, the query may."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    run: _RunId | None = None
    step: Annotated[_Step | None, Field(strict=True)] = None
    image: Annotated[bool | None, Field(strict=True, description="false leaves the image out of the answer.")] = None
    explain: Annotated[bool | None, Field(strict=True, description="true brings the explanation along.")] = None
    keep: Annotated[_Keep | None, Field(strict=True)] = None

    def choice(self, query: Choice) -> Choice:
        given = {name: value for name in Choice.model_fields if (value := getattr(self, name)) is not None}
        return query.model_copy(update=given) if given else query


class Drawing(_Body):
    """The JSON body: strokes or pixels, one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [given], "properties": {given: {"type": "array"}, other: {"type": "null"}}}
                for given, other in (("strokes", "pixels"), ("pixels", "strokes"))
            ]
        },
    )

    strokes: Annotated[
        list[_Stroke] | None,
        Field(
            max_length=MOST_STROKES,
            fail_fast=True,
            description="[[[x, y], …], …], any units, y down; a third number is a time.",
        ),
    ] = None
    pixels: Annotated[
        _WholePixels | _Pixels | _Rows | None,
        Field(
            union_mode="left_to_right",
            description="784 numbers or 28 rows of 28, ink bright on 0. Integers 0-255; fractions 0-1 where one of "
            "them is no whole number or none is above 1.",
        ),
    ] = None


class ItemsBody(_Body):
    """Many in one JSON body. What it says beside them holds for each that does not say otherwise."""

    items: Annotated[
        list[Any],
        Field(
            max_length=MOST_ITEMS,
            description="Each as a JSON body of its own: strokes or pixels. What is wrong with one is said in its "
            "place of the answer, and costs no other.",
        ),
    ]


class _OnlyPixels(msgspec.Struct, forbid_unknown_fields=True):
    pixels: list[int]


_ONLY_PIXELS = msgspec.json.Decoder(_OnlyPixels)
"""What programs send most, in half of the time that a ``Drawing`` takes."""


class _HasItems(msgspec.Struct):
    items: Raw | UnsetType = UNSET


# A struct for an object, and one for its list: of what does not belong there nothing is kept in memory.
_HAS_ITEMS = msgspec.json.Decoder(_HasItems)
_FIELDS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct("_Fields", [(name, Raw, UNSET) for name in ItemsBody.model_fields], forbid_unknown_fields=True)
)
_LIST = msgspec.json.Decoder(
    msgspec.defstruct(
        "_List", [(f"item_{n}", Raw, UNSET) for n in range(MOST_ITEMS)], array_like=True, forbid_unknown_fields=True
    )
)


class Question(NamedTuple):
    """``image`` is 784 pixels in any shape, and has at most ``most_ink`` if it is a digit. ``hindrances`` are those of
    the picture that it was taken from."""

    image: Image
    choice: Choice
    most_ink: float = fill.MOST_INK
    hindrances: Hindrances = UNHINDERED


class Items(NamedTuple):
    """Many questions that came in one body, each not looked at yet; ``choice`` holds where one does not say its own."""

    items: list[Raw]
    choice: Choice


async def read(request: Request, body: Body, work: ReadingWork) -> Question | Items:
    """What the request asks with its ``body``. Raises Problem 400, 408, 413, 415 or 422."""
    choice = _choice(dict(request.query_params)) if request.scope["query_string"] else _NOTHING_SAID
    headers = dict(request.scope["headers"])  # as bytes: request.headers would decode and search them each time
    said = headers.get(b"content-type", b"")
    media_type = _AS_PROGRAMS_SAY.get(said) or said.decode("latin-1").partition(";")[0].strip().lower()
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem(415, "Unsupported encoding", "Send the body as it is, without Content-Encoding.")
    match ALSO_CALLED.get(media_type, media_type):
        case "application/octet-stream":
            return Question(raw_pixels(await body.all(RAW_LIMIT)), choice)
        case "application/json":
            return await _json((await body.all(ITEMS_LIMIT)).removeprefix(BYTE_ORDER_MARK), choice, request, work)
        case "image/png" | "image/jpeg" | "image/webp":
            data = await body.all(PICTURE_LIMIT)
            return _seen(await work.run(client_address(request), picture.heavy(data), _picture, data), choice)
        case "multipart/form-data":
            form = await _form(request, body)
            try:
                data, fields = await _file(form)
            finally:
                await form.close()
            seen = await work.run(client_address(request), picture.heavy(data), _picture, data)
            return _seen(seen, _choice(choice.model_dump() | fields))
    raise Problem(
        415, "Unsupported type", f"Content-Type is {media_type or 'missing'}; send {', '.join(TYPES)}.",
        headers={"Accept-Post": ", ".join(TYPES)},
    )  # fmt: skip


async def _json(body: bytes, choice: Choice, request: Request, work: ReadingWork) -> Question | Items:
    small = len(body) <= INLINE_LIMIT
    if small and (image := _only_pixels(body)) is not None:
        return Question(image, choice)
    if b'"items"' in body or b"\\" in body:  # with a backslash the word can be written in other ways
        several = await work.run(client_address(request), False, items, body, choice)
        if several is not None:
            return several
    if len(body) > JSON_LIMIT:
        detail = f"A drawing may have at most {JSON_LIMIT:,} bytes of JSON; many as items {ITEMS_LIMIT:,}."
        raise Problem(413, "Too large", detail)
    if small and body.count(b"[") <= INLINE_LISTS:
        return _drawing(body, choice)
    return await work.run(client_address(request), False, drawing, body, choice)


def raw_pixels(body: bytes) -> Image:
    """784 bytes as they are. Raises Problem."""
    if len(body) != PIXELS:
        raise Problem(
            422, "Invalid input", f"Raw pixels are exactly 784 bytes, 28 rows of 28; these are {len(body):,}."
        )
    return np.frombuffer(body, np.uint8)


def drawing(body: bytes, choice: Choice) -> Question:
    """The question in a JSON body; ``choice`` is what the query says. Raises Problem."""
    image = _only_pixels(body)
    return _drawing(body, choice) if image is None else Question(image, choice)


def _only_pixels(body: bytes) -> Image | None:
    """Of a JSON body that is 784 whole numbers and nothing beside; None of another. Raises Problem."""
    try:
        numbers = _ONLY_PIXELS.decode(body).pixels
    except msgspec.DecodeError:
        return None
    return _whole(numbers) if len(numbers) == PIXELS else None


def _drawing(body: bytes, choice: Choice) -> Question:
    try:
        asked = Drawing.model_validate_json(body)
    except ValidationError as error:
        raise _invalid_drawing(error, body) from None
    most_ink = fill.MOST_INK
    if asked.strokes is not None and asked.pixels is None:
        image, most_ink = _strokes(asked.strokes), fill.MOST_DRAWN
    elif asked.pixels is not None and asked.strokes is None:
        image = pixels(asked.pixels)
    else:
        raise _field("body", "give either strokes or pixels")
    return Question(image, asked.choice(choice), most_ink)


def items(body: bytes, choice: Choice) -> Items | None:
    """The questions of a JSON body that has ``items``; None for another. ``choice`` is what the query says. Raises
    Problem."""
    try:
        if _HAS_ITEMS.decode(body).items is UNSET:
            return None
    except msgspec.ValidationError:  # no object
        return None
    except (msgspec.DecodeError, RecursionError) as error:
        raise _field("body", f"Invalid JSON: {error}") from None
    try:
        fields = _FIELDS.decode(body)
    except msgspec.ValidationError as error:  # Object contains unknown field `name`
        raise _field(str(error).split("`")[1], "is not known beside items") from None
    try:
        found = msgspec.structs.astuple(_LIST.decode(fields.items))
    except msgspec.ValidationError as error:
        raise _field("items", f"{error}") from None
    fields.items = []
    try:
        said = ItemsBody.model_validate_json(msgspec.json.encode(fields))
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False, include_input=False)) from None
    chosen = said.choice(choice)
    if chosen.explain:
        raise explained_alone()
    return Items([each for each in found if each is not UNSET], chosen)


def _invalid_drawing(error: ValidationError, body: bytes) -> Problem:
    """Of the ways in which pixels may be given, only the one that was meant is complained about."""
    meant = "list[list[float]]" if _ROWS_OF_PIXELS.search(body) else "list[float]"
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    relevant = [e for e in errors if e["loc"][:1] != ("pixels",) or e["loc"][1:2] in ((), (meant,))]
    return invalid(relevant or errors)


def _strokes(strokes: list[list[list[float]]]) -> Image:
    points = sum(map(len, strokes))
    if points > MOST_POINTS:
        raise _field("strokes", f"{points:,} points; at most {MOST_POINTS:,} can be drawn")
    return ink.draw([np.array([point[:2] for point in stroke], np.float64) for stroke in strokes])


def _whole(numbers: list[int]) -> Image:
    try:
        values = bytes(numbers)
    except (ValueError, OverflowError):
        raise _out_of_range(numbers, rows=False) from None
    whole = np.frombuffer(values, np.uint8)
    # No brighter than 1: the ends of the range 0-1.
    return whole * np.uint8(255) if not values.strip(b"\0\1") else whole


def pixels(numbers: list[int] | list[float] | list[list[float]]) -> Image:
    """784 numbers, or 28 rows of 28, as an image. Raises Problem."""
    if type(numbers[0]) is int:
        return _whole(numbers)  # type: ignore[arg-type]
    flat = numbers if len(numbers) == PIXELS else list(chain.from_iterable(numbers))  # type: ignore[arg-type]
    values = np.frombuffer(_DOUBLES.pack(*flat))  # np.array takes three times as long
    brightest = values.max()
    if brightest > 255 or values.min() < 0:
        raise _out_of_range(flat, rows=flat is not numbers)  # type: ignore[arg-type]
    if brightest <= 1:
        return np.rint(values * 255).astype(np.uint8)
    whole = values.astype(np.uint8)
    if (whole != values).any():
        raise _field("pixels", "give whole numbers 0-255, or fractions 0-1; these are mixed")
    return whole


def _out_of_range(numbers: Sequence[float], *, rows: bool) -> Problem:
    at = next(at for at, number in enumerate(numbers) if not 0 <= number <= 255)
    place = f"{at // 28}.{at % 28}" if rows else str(at)
    return _field(f"pixels.{place}", "must be from 0 to 255")


def _picture(body: bytes) -> Seen:
    try:
        return picture.look(body)
    except picture.PictureError as error:
        raise Problem(422, "Unreadable picture", str(error)) from None


def _seen(seen: Seen, choice: Choice) -> Question:
    return Question(seen.image, choice, hindrances=seen.hindrances)


def _choice(given: dict[str, Any]) -> Choice:
    try:
        return Choice.model_validate(given)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False, include_input=False)) from None


def explained_alone() -> Problem:
    """Why no explanation comes with ``items``: each has 50 kB and takes a hundred times as long as a reading."""
    return _field("explain", "is answered for one drawing at a time, not among items")


def _field(name: str, detail: str) -> Problem:
    return Problem(422, "Invalid input", f"{name}: {detail}", [{"field": name, "detail": detail}])


_PICTURES = picture.PNG, picture.JPEG, picture.RIFF


class _Form(MultiPartParser):
    """A part is a file where it has a file name in any form (``filename*``), or begins as a picture does."""

    spool_max_size = FORM_LIMIT  # the body's limit bounds the files already: none is spooled to disk

    async def parse(self) -> FormData:
        try:
            return await super().parse()
        except BaseException:
            for file in self._files_to_close_on_error:  # older Starlettes leave them open where the body is refused
                file.close()
            raise

    def on_headers_finished(self) -> None:
        part = self._current_part
        if part.content_disposition is not None and b"filename*" in part.content_disposition.lower():
            part.content_disposition += b'; filename="picture"'
        super().on_headers_finished()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._current_part
        if part.file is None and (bytes(part.data) + data[start : start + 8]).startswith(_PICTURES):
            begun = bytes(part.data)
            part.data.clear()
            part.content_disposition = (part.content_disposition or b"") + b'; filename="picture"'
            self._current_fields -= 1
            super().on_headers_finished()
            super().on_part_data(begun, 0, len(begun))
        super().on_part_data(data, start, end)


async def _form(request: Request, body: Body) -> FormData:
    try:
        async with aclosing(body.pieces(FORM_LIMIT)) as stream:
            fields = len(Choice.model_fields)
            return await _Form(request.headers, stream, max_files=1, max_fields=fields, max_part_size=1024).parse()
    except (MultiPartException, ValueError, LookupError) as error:  # ValueError, LookupError: names in odd charsets
        raise Problem(422, "Invalid form", f"This is no form of one file: {error}") from None


async def _file(form: FormData) -> tuple[bytes, dict[str, str]]:
    """The form's only file, and its other fields."""
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    if len(files) != 1:
        raise Problem(422, "Invalid form", "The form must carry one file: the picture.")
    return await files[0].read(), {name: value for name, value in form.items() if isinstance(value, str)}
