"""A client of the server in this process."""

import asyncio
import io
import json

import pytest


class Client:
    """Asks a server in this process, one request after another."""

    def __init__(self, app, log, base_url="http://localhost"):
        self.app, self._log, self._base_url = app, log, base_url

    def request(self, method, path, **options):
        return asyncio.run(self.ask(method, path, **options))

    async def ask(self, method, path, **options):
        import httpx

        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=self._base_url) as client:
            return await client.request(method, path, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    @property
    def log(self):
        """The lines of the log, read."""
        return [json.loads(line) for line in self._log.getvalue().splitlines()]


@pytest.fixture
def server():
    """A function from settings of `create_app` to a client."""

    from ivigsim.web.app import create_app
    from ivigsim.web.logs import make_log

    def start(**settings):
        log = io.StringIO()
        return Client(create_app(**{"page": False, **settings}, log=make_log(log, json=True)), log)

    return start


@pytest.fixture
def client(server):
    """A client of a server with the usual limits."""
    return server()
