#!/usr/bin/env python3
"""The outside world of Scripts/test-chaos: an HTTP server that takes every POST and writes down what came, and when.

    recorder.py PORT FILE

Each request is a line of JSON in the file: time, path, Idempotency-Key and content. It is written before the answer.
"""

import asyncio
import json
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


async def serve(reader, writer, file):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            keys = [line.split(": ", 1)[1] for line in head if line.lower().startswith("idempotency-key: ")]
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            file.write(json.dumps({
                "time": time.time(), "path": head[0].split(" ")[1], "key": keys[0] if keys else "",
                "content": json.loads(body) if body else None}) + "\n")
            file.flush()
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()


async def main():
    with open(sys.argv[2], "a") as file:
        server = await asyncio.start_server(
            lambda reader, writer: serve(reader, writer, file), "127.0.0.1", int(sys.argv[1]))
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
