"""Where webhooks may be sent: the rules for their addresses, so that nobody has us speak to what only we can reach.

A URL is checked when it is registered; the addresses that its host has are checked before every delivery, all of
them, and the connection goes to one that was checked. What counts as public follows the registries of special-purpose
addresses of IANA (RFC 6890 and its updates), written out here because interpreters differ in what they call global.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from gramledger.core.problems import TargetRefused

URL_CHARACTERS = 2000
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
_LOOPBACK_NAMES = ("localhost",)

_NOT_PUBLIC_4 = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_UNICAST_6 = ip_network("2000::/3")
"""The only part of IPv6 that is handed out for public use; translated and mapped addresses lie outside."""
_NOT_PUBLIC_6 = tuple(
    map(
        ip_network,
        # Teredo and other protocols, documentation, 6to4 (which carries any IPv4 address), AS112
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL in its parts; `path` begins with a slash and holds the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: host and port, the latter where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def parse_target(url: object, *, loopback: bool) -> Target:
    """The parts of a webhook's URL. `loopback` allows plain http to this machine, as on a laptop.

    Raises TargetRefused, saying which rule is broken.
    """
    if not isinstance(url, str) or not _PRINTABLE.fullmatch(url) or len(url) > URL_CHARACTERS:
        raise TargetRefused(
            f"A webhook needs a 'url' of at most {URL_CHARACTERS:,} characters, without blanks and in ASCII."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetRefused("The 'url' cannot be read as an address.") from None
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc:
        raise TargetRefused(
            "The 'url' holds a user name or password. Leave it out: deliveries are signed instead."
        )
    if "#" in url or "\\" in url:
        raise TargetRefused(
            "The 'url' holds a '#' or a backslash, which no request would send. Leave it out."
        )
    if not (_is_literal(host) or _HOST.fullmatch(host)):
        raise TargetRefused("The 'url' names no host that is written as ASCII, such as hooks.example.org.")
    if port == 0:
        raise TargetRefused(
            "The 'url' has the port 0. Leave the port out, or give the one that is listened on."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback and _is_loopback_host(host)):
        raise TargetRefused(
            "The 'url' must begin with https://, so that nobody on the way can read a delivery."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], path)


def choose_address(target: Target, addresses: Iterable[str], *, loopback: bool) -> str:
    """The address to connect to, when every address of the target's host may be spoken to.

    Raises TargetRefused where one may not: a name with a public and a private address is no mistake of its owner.
    """
    found = list(addresses)
    for address in found:
        if not is_public(address) and not (loopback and _is_loopback(address)):
            raise TargetRefused(
                f"{target.host} has the address {address}, which is not public. Webhooks go to public addresses only."
            )
    if not found:
        raise TargetRefused(f"{target.host} has no address. Is the name written right?")
    return found[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; whatever is no address does not."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    if isinstance(known, IPv4Address):
        return not any(known in network for network in _NOT_PUBLIC_4)
    if known.scope_id is not None:
        return False
    return known in _UNICAST_6 and not any(known in network for network in _NOT_PUBLIC_6)


def _is_loopback(address: str) -> bool:
    try:
        known: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    return known.is_loopback and not getattr(known, "ipv4_mapped", None)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _is_loopback_host(host: str) -> bool:
    return host in _LOOPBACK_NAMES or _is_loopback(host)
