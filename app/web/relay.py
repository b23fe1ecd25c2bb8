"""What the leading server alone can tell a page: sent on to it by the server that the page is connected to."""

import json

from app.web.broadcast import Socket, write
from app.web.frames import text_frame
from app.web.leader import Leader, NoLeader
from app.web.stream_frames import Heartbeat, Refused


async def relay(leader: Leader, subscribe: str, client: str, socket: Socket) -> None:
    """Subscribe at the leader by this message, as the page of this client would, and write what comes to ``socket``,
    until that is refused. Raises NoLeader once the leader is gone, OSError where the viewer has left."""
    async with leader.socket(client) as upstream:
        await upstream.send(subscribe)
        async for frame in upstream:
            if not isinstance(frame, str) or (type := json.loads(frame)["type"]) == Heartbeat.__name__:
                continue  # the page has heartbeats of its own
            await write(socket, text_frame(frame.encode()))
            if type == Refused.__name__:
                return
    raise NoLeader("it has closed the connection")
