"""Envelopes come from strangers: what is not plain SOAP is refused, quickly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from nirecap.capture.sim.onvif.elements import element
from nirecap.capture.sim.onvif.soap import SOAP_11, SOAP_12, OnvifFault, envelope, fault_element, parse

BOMB = b"".join(
    [
        b'<!DOCTYPE b [<!ENTITY a0 "lol">',
        *(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)),
        b"]>",
    ]
)


def wrapped(body: str, version: str = SOAP_12) -> bytes:
    return f'<s:Envelope xmlns:s="{version}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
def test_request_is_taken_out_of_either_version(version: str) -> None:
    message = parse(wrapped("<!-- hello --><GetProfiles xmlns='urn:x'/>", version))
    assert message.version == version
    assert message.request.tag == "{urn:x}GetProfiles"
    assert message.token is None


def test_username_token_is_found_in_the_header() -> None:
    security = etree.tostring(element("wsse:Security", element("wsse:UsernameToken"))).decode()
    message = parse(wrapped("<a/>").replace(b"<s:Body>", f"<s:Header>{security}</s:Header><s:Body>".encode()))
    assert message.token is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not XML",
        b"<Envelope/>",
        b"<a><b></a>",
        wrapped(""),
        wrapped("just text"),
        wrapped("<a/>", "urn:other"),
        f'<s:Envelope xmlns:s="{SOAP_12}"/>'.encode(),
        wrapped("<a/>").decode().encode("utf-16")[:-3],
    ],
)
def test_what_is_not_soap_is_refused(content: bytes) -> None:
    with pytest.raises(OnvifFault) as refused:
        parse(content)
    assert refused.value.subcodes == ("ter:WellFormed",)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE a>" + wrapped("<a/>"),
        BOMB + wrapped("<a>&a11;</a>"),
        BOMB + wrapped("<a b='&a11;'/>"),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + wrapped("<a>&x;</a>"),
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + wrapped("<a/>"),
        (BOMB + wrapped("<a>&a11;</a>")).decode().encode("utf-16"),
    ],
    ids=["doctype", "bomb", "attribute bomb", "file", "fetched", "utf-16 bomb"],
)
def test_document_types_and_entities_are_refused(content: bytes) -> None:
    with pytest.raises(OnvifFault, match=r"document type|well-formed"):
        parse(content)


@given(st.binary(max_size=300) | st.text(max_size=100).map(wrapped))
def test_any_bytes_give_a_message_or_a_fault(content: bytes) -> None:
    try:
        assert isinstance(parse(content).request.tag, str)
    except OnvifFault as fault:
        assert fault.status(SOAP_12) == 400


def test_deep_nesting_is_answered() -> None:
    depth = 9000
    with pytest.raises(OnvifFault):
        parse(wrapped("<a>" * depth + "</a>" * depth))


def test_soap_12_fault_carries_all_subcodes_with_their_namespace() -> None:
    fault = OnvifFault("Sender", ("ter:InvalidArgVal", "ter:NoProfile"), "no <such> profile")
    root = etree.fromstring(envelope(SOAP_12, fault_element(SOAP_12, fault)))
    values = [value.text for value in root.iter(f"{{{SOAP_12}}}Value")]
    assert values == ["env:Sender", "ter:InvalidArgVal", "ter:NoProfile"]
    assert root.findtext(f".//{{{SOAP_12}}}Text") == "no <such> profile"
    assert root.nsmap["ter"] == "http://www.onvif.org/ver10/error"
    assert (fault.status(SOAP_12), fault.status(SOAP_11)) == (400, 500)


def test_soap_11_fault_carries_the_general_subcode() -> None:
    fault = OnvifFault("Receiver", ("ter:ActionNotSupported",), "no")
    root = etree.fromstring(envelope(SOAP_11, fault_element(SOAP_11, fault)))
    assert root.findtext(".//faultcode") == "ter:ActionNotSupported"
    assert root.findtext(".//faultstring") == "no"
