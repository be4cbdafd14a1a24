"""No webhook goes where only we can reach: refused when somebody subscribes, and again at each attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.webhooks.post import Outcome, Post
from runtime.webhooks.refusals import TargetForbidden, TargetInvalid, TargetUnresolved
from runtime.webhooks.targets import AddressForbidden, Targets, is_public
from tests.runtime.webhooks.receiver import Receiver

PRIVATE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
    *("::/128", "::1/128", "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "fc00::/7", "fe80::/10"),
    *("fec0::/10", "ff00::/8", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16"),
]


def addresses_in(network: str) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    if ":" in network:
        return st.ip_addresses(network=IPv6Network(network))
    return st.ip_addresses(network=IPv4Network(network))


@given(st.sampled_from(PRIVATE).flatmap(addresses_in))
def test_no_address_of_a_network_that_is_not_public_is_let_through(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_disguise_is_not_let_through(address: IPv4Address) -> None:
    packed = int(address)
    for prefix in ("::ffff:0:0", "64:ff9b::", "::", "::ffff:0:0:0"):
        assert not is_public(str(IPv6Address(int(IPv6Address(prefix)) | packed)))
    assert not is_public(str(IPv6Address(int(IPv6Address("2002::")) | packed << 80)))


@given(st.ip_addresses())
def test_what_python_takes_for_private_is_not_let_through(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or (ip_address(address).is_global and not address.is_multicast)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "203.162.4.190", "2606:4700:4700::1111", "2405:4800::1"])
def test_addresses_of_the_internet_are_let_through(address: str) -> None:
    assert is_public(address)


class Names:
    """A name server that may answer otherwise each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer:
            raise OSError
        return answer


FORBIDDEN = [
    *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fd00::1]", "localhost"),
]
STRANGE = ["2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.0.1.", "134744072", "8.8.2056"]


@pytest.mark.parametrize("host", FORBIDDEN)
@pytest.mark.asyncio
async def test_nobody_subscribes_with_an_address_of_ours(host: str) -> None:
    with pytest.raises(TargetForbidden):
        await Targets().ensure_allowed(f"https://{host}/events")


@pytest.mark.parametrize("host", STRANGE)
@pytest.mark.asyncio
async def test_an_address_is_written_in_one_form(host: str) -> None:
    with pytest.raises(TargetInvalid):
        await Targets().ensure_allowed(f"https://{host}/events")


@pytest.mark.parametrize(
    "url",
    ["", "events", "//receiver.test/", "http://receiver.test/", "ftp://receiver.test/", "https://", "https:///events",
     "https://me:" "word@receiver.test/", "https://me@receiver.test/", "https://receiver.test/#part", "https://[::1/",
     "https://receiver.test:99999/", "https://receiver.test/" + "x" * 2000, "file:///etc/passwd"],
)  # fmt: skip
@pytest.mark.asyncio
async def test_a_target_is_a_whole_url_without_credentials(url: str) -> None:
    with pytest.raises(TargetInvalid):
        await Targets(lookup=Names(["8.8.8.8"])).ensure_allowed(url)


@pytest.mark.parametrize("url", ["https://receiver.test/", "https://receiver.test:8443/e?k=v", "https://8.8.8.8/"])
@pytest.mark.asyncio
async def test_a_public_target_is_taken_with_its_port(url: str) -> None:
    await Targets(lookup=Names(["8.8.8.8", "2606:4700::1111"])).ensure_allowed(url)


@pytest.mark.asyncio
async def test_plain_http_is_for_development_only() -> None:
    await Targets(https_only=False, lookup=Names(["8.8.8.8"])).ensure_allowed("http://receiver.test/")


@pytest.mark.asyncio
async def test_a_name_of_which_one_address_is_ours_is_refused_and_one_without_any_too() -> None:
    with pytest.raises(TargetForbidden):
        await Targets(lookup=Names(["8.8.8.8", "127.0.0.1"])).ensure_allowed("https://receiver.test/")
    with pytest.raises(TargetUnresolved):
        await Targets(lookup=Names([])).ensure_allowed("https://receiver.test/")


@pytest.mark.parametrize("host", [*FORBIDDEN, *STRANGE])
@pytest.mark.asyncio
async def test_no_attempt_reaches_an_address_of_ours(receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].partition("/")[0]

    outcome = await attempt(Targets(https_only=False), f"http://{host}:{port}/events")

    assert outcome.status is None
    assert receiver.got == []


@pytest.mark.asyncio
async def test_a_name_that_answers_otherwise_when_it_is_used_is_not_followed(receiver: Receiver) -> None:
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    targets = Targets(https_only=False, lookup=names)
    url = receiver.url.replace("127.0.0.1", "rebound.test")
    await targets.ensure_allowed(url)

    outcome = await attempt(targets, url)

    assert (outcome.word, outcome.failure) == ("forbidden", AddressForbidden.__name__)
    assert receiver.got == []


@pytest.mark.asyncio
async def test_a_connection_goes_to_the_address_that_was_checked_in_the_name_of_the_host(receiver: Receiver) -> None:
    # A second look-up would find nobody.
    targets = Targets(https_only=False, private_allowed=True, lookup=Names(["127.0.0.1"], ["127.0.0.2"]))
    url = receiver.url.replace("127.0.0.1", "receiver.test")

    outcome = await attempt(targets, url)

    assert outcome == Outcome("delivered", 204)
    assert receiver.got[0].headers["host"].startswith("receiver.test:")


@pytest.mark.asyncio
async def test_the_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    outcome = await attempt(Targets(https_only=False, private_allowed=True), receiver.url)

    assert outcome.word == "delivered"


async def attempt(targets: Targets, url: str) -> Outcome:
    async with asyncio.timeout(10), Post(targets, limit=timedelta(seconds=2)) as post:
        return await post.attempt(url, b"{}", {"webhook-id": "1"})
