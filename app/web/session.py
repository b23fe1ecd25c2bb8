"""Sign-in: a browser trades the server's token for a cookie."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from app.web.auth import COOKIE
from app.web.problems import Problem
from app.web.services import services


def require_control(request: Request) -> None:
    """A route's dependency: 401 for those who may only watch."""
    services(request).auth.require_control(request)


class Session(BaseModel):
    control: bool
    token_needed: bool


class Token(BaseModel):
    token: Annotated[str, Field(max_length=1024)]


router = APIRouter(prefix="/api/session", tags=["session"])


@router.get("")
async def session(request: Request) -> Session:
    """May this browser start and control runs?"""
    auth = services(request).auth
    return Session(control=auth.may_control(request), token_needed=auth.token_needed)


@router.post("")
async def sign_in(request: Request, response: Response, given: Token) -> Session:
    """Trade the server's token for a cookie."""
    auth = services(request).auth
    auth.count_token(request)
    if auth.token_needed and not auth.matches(given.token):
        raise Problem(401, "Wrong token", "That is not this server's token.", [{"field": "token", "detail": "wrong"}])
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, auth.session(), httponly=True, samesite="strict", secure=secure)
    return Session(control=True, token_needed=auth.token_needed)
