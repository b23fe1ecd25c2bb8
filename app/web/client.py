"""The address that a client counts as, for all that is limited by address."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection


def client_address(connection: HTTPConnection) -> str:
    """Return the address of a request or a WebSocket, as :func:`network`; empty where it has none."""
    return network(connection.client.host) if connection.client else ""


@lru_cache(maxsize=4096)
def network(host: str) -> str:
    """What an address counts as: of IPv6 its /64 network, since a single visitor has all of that; an IPv4 address as
    itself, also where it comes as one of IPv6 (``::ffff:192.0.2.1``); what is no address as it is."""
    try:
        address = ip_address(host.partition("%")[0])  # a zone stands behind it
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), 64), strict=False))
