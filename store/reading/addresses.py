"""Which addresses of the network are asked for documents.

A name is resolved once, and the connection goes to the very address that was looked at: a name that
leads elsewhere a moment later (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from configs.errors import ParseError

_Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that hold one of IPv4 in their last four bytes (RFC 6052)."""
_CLOUDS = {
    *map(
        ip_address,
        ("168.63.129.16", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192"),
    ),
}
"""Where Azure, AWS, Google, Alibaba and Oracle give out a machine's keys beside link-local ones."""


PAUSE_S = 1.0
"""Seconds before the second try where a server states none."""


class Unreachable(ParseError):
    """A server cannot be reached now, or says that it cannot answer now.

    ``pause_s`` are the seconds after which to ask once more, None where that would be no use.
    """

    def __init__(self, said: str, pause_s: float | None = None) -> None:
        """Keep what is said, and when to ask once more."""
        super().__init__(said)
        self.pause_s = pause_s


async def addresses_of(host: str, port: int, private: bool) -> list[str]:
    """The addresses of a host, in the order to try them.

    Raises:
        Unreachable: the name is not known.
        ParseError: one of them is not to be asked; ``private`` allows this machine and private
            networks.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f": the name {host} cannot be resolved; is it right?") from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for address in addresses:
        if said := refusal(address, private):
            what = f"{address} is" if address == host else f"{host} leads to {address},"
            raise ParseError(f": {what} {said}")
    return addresses


def refusal(address: str, private: bool) -> str:
    """Why an address is not asked; empty where it is."""
    held = _unwrapped(ip_address(address.partition("%")[0]))
    odd = held.is_unspecified or held.is_multicast or held.is_link_local or held in _CLOUDS
    if odd or (held.is_reserved and not held.is_loopback):
        # Link-local is where most clouds give out keys; no intranet has documents there.
        return "an address that no document is fetched from"
    site = isinstance(held, IPv6Address) and held.is_site_local
    if private or (held.is_global and not site):
        return ""
    return (
        "an address of this machine or of a private network; for an intranet set "
        "private_addresses: true in its source of the recipe"
    )


def _unwrapped(address: _Address) -> _Address:
    """The address of IPv4 that one of IPv6 stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
