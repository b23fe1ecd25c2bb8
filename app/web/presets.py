"""What pages and clients may know before there is any run: presets with the recipe's limits, and the mean images."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from app.presets import PRESETS, Preset
from app.recipe import TRAIN_IMAGES, Recipe
from app.web.services import services

router = APIRouter(prefix="/api", tags=["reference"])


class Presets(BaseModel):
    """``recipe_schema`` is the JSON schema of a recipe: each field's type, default, limits and meaning."""

    presets: tuple[Preset, ...]
    recipe_schema: dict[str, Any]
    train_images: int


class MeanImages(BaseModel):
    """Mean training 3 and mean training 7: 784 numbers each, 0-1, row by row."""

    mean_3: list[float]
    mean_7: list[float]


@router.get("/presets")
async def presets() -> Presets:
    """Named recipes."""
    return Presets(presets=PRESETS, recipe_schema=Recipe.model_json_schema(), train_images=TRAIN_IMAGES)


@router.get("/baseline")
async def baseline(request: Request) -> MeanImages:
    """What the pixel baseline compares a drawing with."""
    means = services(request).reader.baseline
    return MeanImages(mean_3=means.mean_3.ravel().tolist(), mean_7=means.mean_7.ravel().tolist())
