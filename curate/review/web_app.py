"""The web application of a review: the page with its rows, pictures, verdicts, and what others say meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from nirecap.errors import NirecapError

from ..manifest import ROWS, batches_of, opened_manifest
from ..report.page import pieces
from ..report.report import about, row_block
from ..verdicts import VERDICT, Contradiction, Flags, Reviewer, Shot, Verdict
from .pictures import full_picture, picture_block
from .review import Review

MAX_BODY = 16 << 10


class Said(BaseModel):
    """What a page sends: a word, and the time of the word that its reviewer saw on that shot."""

    model_config = ConfigDict(extra="forbid")
    shot: Shot
    verdict: str | None
    flags_on: Flags
    flags_off: Flags
    reviewer: Reviewer
    seen: AwareDatetime | None


def web_app(review: Review, reviewer: str) -> Starlette:
    """Return the ASGI application; it lets everyone in, as `Gate` guards it.

    Args:
        review: entered.
        reviewer: whom the page takes for the person before it, until they say another name.
    """

    def page(_request: Request) -> Response:
        return StreamingResponse(_page(review, reviewer), media_type="text/html", headers=UNFRAMED)

    def pictures(request: Request) -> Response:
        if request.path_params["edition"] != review.index.edition:
            return PlainTextResponse("the collection was curated again", 410)
        return JSONResponse(picture_block(review.collection, request.path_params["number"]), headers=KEPT)

    def image(request: Request) -> Response:
        if (name := request.path_params["name"]) not in review.index.images:
            return PlainTextResponse("no image of the manifest", 404)
        content, kind = full_picture(review.collection, name)
        return Response(content, media_type=kind)

    def words(request: Request) -> Response:
        since = request.query_params.get("since", "0")
        news = review.since(int(since) if since.isdecimal() and len(since) < 12 else 0)
        said = [_json(word) for word in news.words]
        return JSONResponse({"words": said, "heard": news.heard, "edition": news.edition, "trouble": news.trouble})

    async def verdict(request: Request) -> Response:
        said = Said.model_validate_json(await _body(request))
        facts = said.model_dump(exclude={"seen"})
        word = VERDICT.validate_python({**facts, "at": datetime.now(UTC)})
        try:
            await run_in_threadpool(review.say, word, said.seen)
        except Contradiction as contradiction:
            return JSONResponse(_json(contradiction.theirs), 409)
        return JSONResponse(_json(word))

    routes = [
        Route("/", page),
        Route("/pictures/{edition}/{number:int}", pictures),
        Route("/image/{name:path}", image),
        Route("/words", words),
        Route("/verdict", verdict, methods=["POST"]),
    ]
    return Starlette(
        routes=routes, exception_handlers={NirecapError: _refuse, ValidationError: _refuse, OSError: _fail}
    )


UNFRAMED = {"content-security-policy": "frame-ancestors 'none'"}
KEPT = {"cache-control": "private, max-age=3600"}


def _page(review: Review, reviewer: str) -> Iterator[bytes]:
    """Yield the page in constant memory; words that the manifest does not hold yet go with it."""
    collection, index = review.collection, review.index
    heard, words = review.said, review.words
    with opened_manifest(collection) as manifest:
        facts = about(collection, manifest.schema_arrow, index.thresholds)
        said = {"reviewer": reviewer, "heard": heard, "words": [_json(word) for word in words.values()]}
        facts |= {"images": "image/", "edition": index.edition, "review": said}
        batches = batches_of(collection, manifest, ROWS)
        yield from pieces(facts, (row_block(batch) for batch in batches), connects=True)


def _json(word: Verdict) -> Any:  # noqa: ANN401 - as pydantic has it
    return VERDICT.dump_python(word, mode="json")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return b""  # no word, so it is refused as one
    return body


async def _refuse(_request: Request, error: Exception) -> Response:
    """Tell why it can't be done, without what was sent."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return PlainTextResponse(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", 400)
    return PlainTextResponse(str(error), 404)


async def _fail(_request: Request, error: Exception) -> Response:
    """Tell that the disk is full or not writable; the page keeps what it has and tries again."""
    return PlainTextResponse(str(getattr(error, "strerror", None) or error), 500)
