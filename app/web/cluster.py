"""What runs where: the servers of one history, and their workers."""

from fastapi import APIRouter
from starlette.requests import Request

from app.cluster import ClusterState
from app.web.services import services

router = APIRouter(prefix="/api/cluster", tags=["cluster"])


@router.get("")
async def cluster(request: Request) -> ClusterState:
    """The servers that have this history, with their viewers, workers, and how far each is behind the one that
    writes."""
    return services(request).servers.now
