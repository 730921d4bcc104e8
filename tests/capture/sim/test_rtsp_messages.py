import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.capture.sim.rtsp_messages import MAX_HEAD, BadRequest, Request, parse_request, read_request


def read(content: bytes, times: int = 1) -> list[Request | None]:
    async def reading() -> list[Request | None]:
        reader = asyncio.StreamReader(limit=MAX_HEAD)
        reader.feed_data(content)
        reader.feed_eof()
        return [await read_request(reader) for _ in range(times)]

    return asyncio.run(reading())


def test_requests_follow_one_another_behind_bodies_reports_and_empty_lines() -> None:
    first = b"GET_PARAMETER rtsp://h/live/ RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nhello"
    report = b"$\x01\x00\x04abcd"
    second = b"PLAY rtsp://h/live RTSP/1.0\r\ncseq:2\r\nSESSION: 12ab ; timeout=60\r\n\r\n"
    requests = [request for request in read(first + report + b"\r\n" + second, times=5) if request]
    assert [(request.method, request.path) for request in requests] == [("GET_PARAMETER", "/live"), ("PLAY", "/live")]
    assert [request.session for request in requests] == [None, "12ab"]


@pytest.mark.parametrize(
    "content",
    [
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: one\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\nno colon\r\n\r\n",
        b"PLAY rtsp://[h/live RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n",
        b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: 1\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n",
        b"x" * 10 * MAX_HEAD,
    ],
)
def test_other_things_are_bad_requests(content: bytes) -> None:
    with pytest.raises(BadRequest):
        read(content)


@given(st.sampled_from([b"", b"PLAY rtsp://h RTSP/1.0\r\nCSeq: 1\r\n"]), st.binary(max_size=200))
def test_garbage_is_never_more_than_a_value_error(head: bytes, tail: bytes) -> None:
    try:
        request = parse_request(head + tail)
    except ValueError:
        return
    assert request.headers["cseq"].isdigit()
