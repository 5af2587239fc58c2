#!/usr/bin/env python3
"""A TCP proxy between nodes and their servers that cuts, delays and stalls connections as it is told.

    proxy.py '[["node1.postgresql", LISTEN_PORT, TARGET_PORT], …]'

Commands come as lines of JSON at the standard input, `{"do": …, "routes": [names], …}`; each is answered by a line:

    cut        closes all connections at once, in both directions
    delay      holds back what arrives for up to `seconds`; 0 ends it
    swallow    passes on what nodes send and drops the answers; false (`on`) ends it
    stall      passes nothing on and keeps the connections open; false (`on`) ends it
"""

import asyncio
import json
import random
import sys


class Route:
    def __init__(self, name, listen, target):
        self.name, self.listen, self.target = name, listen, target
        self.writers = set()
        self.delay = 0
        self.swallows = False
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def accept(self, reader, writer):
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, other_writer}
        self.writers |= pair
        pumps = [
            asyncio.create_task(self.pump(reader, other_writer, False)),
            asyncio.create_task(self.pump(other_reader, writer, True))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        self.writers -= pair
        for one in pair:
            one.close()

    async def pump(self, reader, writer, is_answer):
        try:
            while data := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(random.uniform(0, self.delay))
                await self.flowing.wait()
                if is_answer and self.swallows:
                    continue
                writer.write(data)
                await writer.drain()
        except OSError:
            pass

    def do(self, command):
        match command["do"]:
            case "cut":
                for writer in self.writers:
                    writer.transport.abort()
            case "delay":
                self.delay = command["seconds"]
            case "swallow":
                self.swallows = command["on"]
            case "stall":
                self.flowing.clear() if command["on"] else self.flowing.set()


async def main():
    routes = {name: Route(name, listen, target) for name, listen, target in json.loads(sys.argv[1])}
    for route in routes.values():
        await asyncio.start_server(route.accept, "127.0.0.1", route.listen)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ready", flush=True)
    while line := await commands.readline():
        command = json.loads(line)
        for name in command["routes"]:
            routes[name].do(command)
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
