"""Where webhooks may be sent: to whole URLs on the public internet, and nowhere that only we can reach.

Whoever subscribes names a URL, and this process stands inside: without this it could be made to ask databases,
metadata services and neighbours. Each connection is checked by the very address that it goes to.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from runtime.webhooks.refusals import TargetForbidden, TargetInvalid, TargetUnresolved

NOT_PUBLIC = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
"""IANA's special-purpose addresses, multicast and reserved ones. The network policy excepts the same."""
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All else is loopback, unique local, link-local, multicast, or an IPv4 address in disguise (mapped, NAT64)."""
_NOT_PUBLIC_WITHIN = tuple(ip_network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Protocols' own (Teredo among them), documentation, and 6to4, which carries an IPv4 address."""
_LONGEST_URL = 2000
_NUMBER_AT_END = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
"""Such a host is an IPv4 address (WHATWG URL, 3.5), perhaps in a form that readers understand differently."""

_NAMES = ThreadPoolExecutor(max_workers=256, thread_name_prefix="names")
"""A question about a name holds a thread until it is answered, even if nobody waits any more. In the few threads that
all share, the names of one subscriber could keep everybody waiting."""
_LOOKUP_SECONDS = 5.0
"""For who subscribes. An attempt has its own limit."""

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host."""


class AddressForbidden(OSError):
    """A connection would go to an address that is not public. An OSError: to the client it is one that failed."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system finds for a host.

    Raises:
        OSError: It finds none.
    """
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_NAMES, ask)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111")]
    [True, False, False, False, True]
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    match parsed:
        case IPv4Address():
            return not any(parsed in network for network in NOT_PUBLIC)
        case IPv6Address():
            return parsed in _GLOBAL_UNICAST and not any(parsed in network for network in _NOT_PUBLIC_WITHIN)


@dataclass(frozen=True, slots=True)
class Targets:
    """The rule for all targets of a service."""

    https_only: bool = True
    private_allowed: bool = False
    lookup: Lookup = look_up

    def ensure_address(self, address: str) -> None:
        """Make sure that a connection may go to an address.

        Raises:
            AddressForbidden: It may not.
        """
        if not (self.private_allowed or is_public(address)):
            raise AddressForbidden

    async def addresses_of(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host, all of which may be connected to.

        Raises:
            AddressForbidden: One may not: then the host's owner wants something of us, or is careless.
            OSError: The host has none.
        """
        found = await self.lookup(host, port)
        for address in found:
            self.ensure_address(address)
        return found

    async def ensure_allowed(self, url: str) -> None:
        """Make sure, for who subscribes, that webhooks can be sent to a URL as things are now.

        Raises:
            TargetInvalid, TargetForbidden, TargetUnresolved: They cannot.
        """
        host, port = self._place_of(url)
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                await self.addresses_of(host, port)
        except AddressForbidden:
            raise TargetForbidden from None
        except (OSError, UnicodeError):
            raise TargetUnresolved from None

    def _place_of(self, url: str) -> tuple[str, int]:
        schemes = ("https",) if self.https_only else ("https", "http")
        invalid = TargetInvalid(schemes=", ".join(schemes))
        try:
            parsed = URL(url)
            host, port = parsed.host, parsed.port
        except ValueError:
            raise invalid from None
        is_whole = parsed.scheme in schemes and host and port and len(url) <= _LONGEST_URL
        if not is_whole or parsed.user is not None or parsed.password is not None or "#" in url:
            raise invalid
        assert host is not None and port is not None  # noqa: S101, PT018 - it is whole
        if _NUMBER_AT_END.search(host) and not _is_canonical(host):
            raise invalid
        return host, port


def _is_canonical(host: str) -> bool:
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False
