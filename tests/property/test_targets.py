"""Webhooks go to public addresses only, however they are written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gramledger.core.problems import TargetRefused
from gramledger.core.targets import choose_address, is_public, parse_target

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "2606:4700::1111", "2a00:1450:4001::200e"]
# https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, and what carries
# an IPv4 address in an IPv6 one
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104 -- an address to be refused
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1"),
    *("192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
    *(
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "fe80::1",
        "fec0::1",
    ),
    *("fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1"),
    *(
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "5f00::1",
        "fe80::1%eth0",
        "2606:4700::1%1",
    ),
    *("localhost", "", "127.1", "2130706433", "0x7f000001", "1.1.1.1 ", "1.1.1.1:80", "[::1]"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_only_we_could_reach_is_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
@example(ip_address("198.51.100.0"))
def test_nothing_that_the_interpreter_knows_as_special_is_public(address: IPv4Address | IPv6Address) -> None:
    special = (
        *(address.is_private, address.is_loopback, address.is_link_local, address.is_multicast),
        *(address.is_reserved, address.is_unspecified),
    )
    if any(special):
        assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_in_disguise_is_public(address: IPv4Address) -> None:
    number = int(address)
    disguises = [0xFFFF << 32 | number, number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
    assert not any(is_public(str(IPv6Address(disguise))) for disguise in disguises)


@pytest.mark.parametrize("network", ["10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "169.254.0.0/16"])
def test_networks_end_where_they_should(network: str) -> None:
    known = ip_network(network)
    assert not is_public(str(known[0]))
    assert not is_public(str(known[-1]))
    assert is_public(str(known[-1] + 1)) or str(known[-1] + 1) == "172.32.0.0"
    assert is_public(str(known[0] - 1))


@given(st.lists(st.sampled_from(PUBLIC), min_size=1), st.sampled_from(NOT_PUBLIC), st.integers(0, 10))
def test_one_address_that_is_not_public_spoils_all(public: list[str], other: str, place: int) -> None:
    target = parse_target("https://hooks.example.org/x", loopback=False)
    assert choose_address(target, public, loopback=False) == public[0]
    with pytest.raises(TargetRefused, match="not public"):
        choose_address(target, [*public[:place], other, *public[place:]], loopback=False)


def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(TargetRefused, match="has no address"):
        choose_address(parse_target("https://hooks.example.org", loopback=False), [], loopback=False)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://hooks.example.org", ("https", "hooks.example.org", 443, "/", "hooks.example.org")),
        (
            "https://Hooks.Example.org:8443/a/b?c=d",
            ("https", "hooks.example.org", 8443, "/a/b?c=d", "hooks.example.org:8443"),
        ),
        ("https://[2606:4700::1111]/x", ("https", "2606:4700::1111", 443, "/x", "[2606:4700::1111]")),
        (
            "https://xn--bcher-kva.example/?q",
            ("https", "xn--bcher-kva.example", 443, "/?q", "xn--bcher-kva.example"),
        ),
    ],
)
def test_a_sound_url_is_taken_apart(url: str, parts: tuple[str, str, int, str, str]) -> None:
    target = parse_target(url, loopback=False)
    assert (target.scheme, target.host, target.port, target.path, target.authority) == parts


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://hooks.example.org", "must begin with https://"),
        ("ftp://hooks.example.org", "must begin with https://"),
        ("file:///etc/passwd", "names no host"),
        ("https://", "names no host"),
        ("https://user:secret@hooks.example.org", "user name or password"),
        ("https://@hooks.example.org", "user name or password"),
        ("https://hooks.example.org#a", "'#'"),
        ("https://hooks.example.org\\@127.0.0.1/", "user name or password"),
        ("https://hooks.example.org\\x", "backslash"),
        ("https://hooks.example.org:0/", "port 0"),
        ("https://hooks.example.org:99999/", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "names no host"),
        ("https://hooks.example.org/a b", "without blanks"),
        ("https://hooks.example.org/\r\nX: 1", "without blanks"),
        ("https://bücher.example/", "in ASCII"),
        ("https://" + "a" * 2000, "at most 2,000"),
        ("http://127.0.0.1:8000/", "must begin with https://"),
        (None, "needs a 'url'"),
        (5, "needs a 'url'"),
    ],
)
def test_an_unsound_url_is_refused_with_the_rule_it_breaks(url: object, told: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        parse_target(url, loopback=False)
    assert told in refused.value.detail


@given(st.text(max_size=60) | st.from_regex(r"https?://[ -~]{0,40}", fullmatch=True))
def test_whatever_is_written_ends_as_a_target_or_as_a_refusal(url: str) -> None:
    try:
        target = parse_target(url, loopback=False)
    except TargetRefused:
        return
    assert target.scheme == "https"
    assert target.host
    assert target.path.startswith("/")
    assert not set("\r\n \\#@") & set(target.authority)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/"])
def test_this_machine_is_a_target_only_where_that_is_allowed(url: str) -> None:
    target = parse_target(url, loopback=True)
    assert choose_address(target, ["127.0.0.1", "::1"], loopback=True) == "127.0.0.1"
    with pytest.raises(TargetRefused):
        choose_address(target, ["127.0.0.1"], loopback=False)
    with pytest.raises(TargetRefused):
        choose_address(target, ["10.0.0.1"], loopback=True)
    with pytest.raises(TargetRefused):
        parse_target("http://10.0.0.1/", loopback=True)
