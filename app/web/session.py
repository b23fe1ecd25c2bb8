"""Sign-in: a browser trades the server's token for a cookie."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from app.web.problems import Problem
from app.web.services import services


async def require_control(request: Request) -> None:
    """A route's dependency: 401 for those who may only watch."""
    await services(request).auth.require_control(request)


async def counted_control(request: Request) -> None:
    """The dependency of a route that changes something: 401 as :func:`require_control`, 429 for one who changes too
    much in a minute. Starts are counted by themselves."""
    auth = services(request).auth
    await auth.require_control(request)
    auth.count_control(request)


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
    return Session(control=await auth.may_control(request), token_needed=auth.token_needed)


@router.post("")
async def sign_in(request: Request, response: Response, given: Token) -> Session:
    """Trade the server's token for a cookie."""
    auth = services(request).auth
    if not await auth.accepts(request, given.token):
        raise Problem(401, "Wrong token", "That is not this server's token.", [{"field": "token", "detail": "wrong"}])
    secure = request.url.scheme == "https"
    response.set_cookie(auth.cookie, auth.new_session(), httponly=True, samesite="strict", secure=secure)
    return Session(control=True, token_needed=auth.token_needed)


@router.delete("")
async def sign_out(request: Request, response: Response) -> Session:
    """Forget the cookie."""
    auth = services(request).auth
    response.delete_cookie(auth.cookie, httponly=True, samesite="strict")
    return Session(control=not auth.token_needed, token_needed=auth.token_needed)
