"""What pages and clients may know before there is any run: presets with the recipe's limits, and the mean images."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from app.presets import PRESETS, QUESTIONS, Preset, Question
from app.recipe import HELD_OUT, MAX_STEPS, TRAIN_IMAGES, Recipe
from app.web.services import services

router = APIRouter(prefix="/api", tags=["reference"])


class Presets(BaseModel):
    """``questions`` group the presets. ``recipe_schema`` is the JSON schema of a recipe: each field's type, default,
    limits and meaning. A run has at most ``max_steps``; with ``hold_out`` it learns from ``held_out`` images less."""

    presets: tuple[Preset, ...]
    questions: tuple[Question, ...]
    recipe_schema: dict[str, Any]
    train_images: int
    held_out: int
    max_steps: int


class MeanImages(BaseModel):
    """Mean training 3 and mean training 7: 784 numbers each, 0-1, row by row."""

    mean_3: list[float]
    mean_7: list[float]


@router.get("/presets")
async def presets() -> Presets:
    """Named recipes, the questions that they answer, and what a recipe may be."""
    return Presets(
        presets=PRESETS,
        questions=QUESTIONS,
        recipe_schema=Recipe.model_json_schema(),
        train_images=TRAIN_IMAGES,
        held_out=HELD_OUT,
        max_steps=MAX_STEPS,
    )


@router.get("/baseline")
async def baseline(request: Request) -> MeanImages:
    """What the pixel baseline compares a drawing with."""
    means = services(request).reader.baseline
    return MeanImages(mean_3=means.mean_3.ravel().tolist(), mean_7=means.mean_7.ravel().tolist())
