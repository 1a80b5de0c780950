"""Which addresses are spoken to, and which spellings of a URL are refused before anything is opened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._transport.guard import bare_url, check, is_loopback, refusal
from sogni_core.errors import InputError

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "172.15.0.1"]

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1"]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("loopback", [True, False])
def test_public_addresses_are_open(address: str, loopback: bool) -> None:
    assert refusal(address, loopback=loopback) is None


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("loopback", [True, False])
def test_everything_else_is_closed_also_where_loopback_is_open(address: str, loopback: bool) -> None:
    assert refusal(address, loopback=loopback) is not None


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_is_open_only_for_an_endpoint_on_loopback(address: str) -> None:
    assert refusal(address, loopback=False) is not None
    assert refusal(address, loopback=True) is None


@given(st.ip_addresses(v=4))
def test_no_disguise_of_an_ipv4_address_is_open(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    disguises = [
        f"::ffff:{address}",
        f"::{address}",
        f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
        f"2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1",
    ]
    for disguise in disguises:
        if disguise != "::0.0.0.1":  # another spelling of ::1
            assert refusal(disguise, loopback=True) is not None


REFUSED_URLS = [
    "http://[2001:db7::1%\u00ba5eth0]:80/",
    "",
    "cat.png",
    "file:///etc/passwd",
    "ftp://example.com/cat.png",
    "gopher://example.com",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//example.com/cat.png",
    "http://",
    "http:///cat.png",
    "http://[::1",
    "http://example.com:99999/",
    "http://example.com:port/",
    "http://user@example.com/",
    "http://user:hunter2@example.com/",
    "http://@example.com/",
    "http://exam ple.com/",
    "http://example.com/\r\nX-Header: 1",
    "http://example.com/\x00",
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1:8443/",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_urls_that_are_refused_by_reading_them(url: str) -> None:
    with pytest.raises(InputError) as caught:
        check(url, loopback=False)
    assert caught.value.code == "URL_REFUSED"
    assert "hunter2" not in f"{caught.value} {caught.value.details}"


@pytest.mark.parametrize(
    "url", ["http://example.com", "https://example.com:8443/a/b.png?c=d#e", "HTTPS://EXAMPLE.COM/", "http://8.8.8.8/x"]
)
def test_urls_that_pass_until_their_name_is_known(url: str) -> None:
    check(url, loopback=False)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.com/{text}"):
        try:
            check(url, loopback=False)
        except InputError as error:
            assert error.code == "URL_REFUSED"
        bare_url(url)
        is_loopback(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://user:pw@files.example.com:8443/a/b.png?X-Amz-Signature=secret#f",
            "https://files.example.com:8443/a/b.png",
        ),
        ("https://files.example.com?token=secret", "https://files.example.com"),
        ("http://[::1]:80/x?y", "http://::1:80/x"),
        ("nonsense", "The URL"),
        ("http://[::1", "The URL"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, expected: str) -> None:
    assert bare_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("ws://localhost:1", True),
        ("http://[::1]:5", True),
        ("https://api.example.com", False),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1", False),
        ("http://[::1", False),
    ],
)
def test_which_endpoints_are_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
