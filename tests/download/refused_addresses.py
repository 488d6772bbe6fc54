"""Addresses that a download must refuse."""

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.5.5",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "fe80::1%eth0",
]
"""Refused unless private hosts are allowed; some of them even then."""
SPECIAL = ["169.254.169.254", "224.0.0.1", "0.0.0.0", "fe80::1"]
"""Refused even if private hosts are allowed."""
RESERVED = ["::127.0.0.1", "64:ff9b:1::1", "::ffff:0:10.0.0.1", "fec0::1", "::8.8.8.8"]
"""IPv6 forms that Python classifies as public; always refused."""
NO_WEB_ADDRESS = [
    "file:///etc/passwd",
    "ftp://example.org/a.jpg",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//example.org/a.jpg",
    "a.jpg",
    "",
    "http://",
    "http://user:secret@example.org/a.jpg",
    "http://example.org:port/a.jpg",
    "http://[::1/a.jpg",
    f"http://example.org/{'a' * 5_000}",
]
"""Not valid as the address of a photograph."""
THIS_MACHINE = ["127.0.0.1", "localhost", "2130706433", "0x7f.1"]
"""Notations of this machine's own address."""
