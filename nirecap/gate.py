"""Who may see a local page: only who holds its token, asking this computer by its address, from the page itself."""

import ipaddress
import secrets
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Gate:
    """Let requests through to `app` that prove to be the person's own; the rest get 403 and learn nothing.

    The token comes in the address of the first request; a cookie that no script can read carries it on from there.

    Args:
        app: what is guarded.
        token: never logged, never in an answer's body.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        cookie = f"nirecap-{scope['server'][1]}"  # browsers do not keep the cookies of two ports apart
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        invited = self._is_token(given)
        known = invited or self._is_token(request.cookies.get(cookie, ""))
        if not (known and _is_addressed_to_us(request) and _is_from_our_page(request)):
            refusal = PlainTextResponse("Open the address that nirecap printed.", 403, SAFE)
            await refusal(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SAFE)
                if invited:
                    headers.append("set-cookie", f"{cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict")
            await send(message)

        await self._app(scope, receive, send_on)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


def _is_addressed_to_us(request: Request) -> bool:
    """Tell whether the Host is an IP address or localhost: a foreign name that was made to lead here is neither."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        return host == "localhost" or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _is_from_our_page(request: Request) -> bool:
    """Tell whether the page that asks is our own; other servers of this computer share its cookies."""
    origin = request.headers.get("origin")
    return origin is None or origin == f"http://{request.headers.get('host')}"
