"""Framing: what is one request, where it ends, and how long it may take."""

import contextlib
import socket
import time

GET = b"GET /api/v1/setup HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
MALFORMED = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + SMUGGLED,
    "a list of lengths": POST + b"Content-Length: 2, 40\r\n\r\n{}" + SMUGGLED,
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}" + SMUGGLED,
    "a negative length": POST + b"Content-Length: -2\r\n\r\n{}" + SMUGGLED,
    "a hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}" + SMUGGLED,
    "a length beyond numbers": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}" + SMUGGLED,
    "another coding": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a coding with a tab": POST + b"Transfer-Encoding:\tchunked\x0b\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a coding of old": POST + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "space before the colon": POST + b"Content-Length : 2\r\n\r\n{}" + SMUGGLED,
    "a folded field": POST + b"X-A: b\r\n Content-Length: 2\r\n\r\n{}" + SMUGGLED,
    "bare line feeds": b"GET /api/v1/setup HTTP/1.1\nHost: a\n\n" + SMUGGLED,
    "a NUL in a field": GET + b"X-A: a\x00b\r\n\r\n" + SMUGGLED,
    "a carriage return in a field": GET + b"X-A: a\rb\r\n\r\n" + SMUGGLED,
    "a chunk too long": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{}" + SMUGGLED,
    "a chunk of no number": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" + SMUGGLED,
    "no host": b"GET /api/v1/setup HTTP/1.1\r\n\r\n" + SMUGGLED,
    "two hosts": GET + b"Host: b\r\n\r\n" + SMUGGLED,
    "an old version": b"GET /api/v1/setup\r\n\r\n" + SMUGGLED,
    "a coming version": b"GET /api/v1/setup HTTP/9.9\r\nHost: a\r\n\r\n" + SMUGGLED,
    "no version": b"GET /api/v1/setup FTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
    "a space in the target": b"GET /api/v1/setup x HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
    "a huge field": GET + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n" + SMUGGLED,
    "a huge target": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED,
    "many fields": GET + b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\n" + SMUGGLED,
    "a length that is too large": POST + b"Content-Length: 1000000000\r\n\r\n{}",
}


def malformed(target):
    """Is refused, and nothing behind it is taken for a request."""
    for name, data in MALFORMED.items():
        answer = target.bytes(data)
        statuses = [line.split(b" ")[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
        target.expect(
            len(statuses) <= 1 and all(status[:1] == b"4" or status in (b"501", b"505") for status in statuses),
            f"{name}: answered with {answer[:500]!r}")
        target.expect(b'"alive"' not in answer, f"{name}: what lay behind it was answered: {answer[:500]!r}")


def bodies_without_a_length(target):
    """End where the limit is, whatever they say."""
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = target.bytes(head + b"100000\r\n" + b" " * 0x100000 + b"\r\n" + b"100000\r\n" + b" " * 0x100000 + b"\r\n")
    target.expect(b" 413 " in answer.split(b"\r\n")[0], f"2 MiB in chunks: {answer[:200]!r}")


def slow(target):
    """Neither keep others from being served, nor stay for ever."""
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        lazy = []
        for data in (b"GET /api", GET + b"X-", POST + b"Content-Length: 1000\r\n\r\n{", b"") * 50:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", target.server.port), timeout=90))
            connection.sendall(data)
            lazy.append((data, connection))
        for _ in range(10):
            began = time.monotonic()
            target.send("GET", "/companies")
            target.expect(time.monotonic() - began < 5, "200 slow connections make others slow")
        for data, connection in lazy[:3]:
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while part := connection.recv(65_536):
                    answer += part
            target.expect(
                not answer or answer.startswith(b"HTTP/1.1 4"), f"{data[:20]!r}, never finished: {answer[:200]!r}")
    target.expect(time.monotonic() - begun < 60, "slow connections stay for more than a minute")


ALL = [malformed, bodies_without_a_length, slow]
