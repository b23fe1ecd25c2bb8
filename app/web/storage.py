"""What runs take, and what was removed or deleted of them, or is damaged."""

from fastapi import APIRouter

from app.storage import Storage
from app.web.services import HistoryDep

router = APIRouter(prefix="/api/storage", tags=["runs"])


@router.get("")
async def storage(history: HistoryDep) -> Storage:
    """How much room all runs take, how much they may, and which were removed, or deleted and can be restored, or are
    damaged: of those nothing can be read, so that no list has them; they can be deleted, but for those on a page of
    the database file that is damaged itself."""
    return await history.storage()
