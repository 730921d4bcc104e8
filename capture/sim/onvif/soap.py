"""SOAP envelopes: read as hostile input, answered in the version in which they came (1.1 or 1.2)."""

from dataclasses import dataclass
from typing import Literal

from lxml import etree

from .elements import ANSWERED, Element, qname

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
CONTENT_TYPES = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}


class OnvifFault(Exception):
    """A request is refused with a SOAP fault (ONVIF Core 5.8.2).

    `side` is who has to change: the "Sender" of the request or its "Receiver". `subcodes` go from general to special.
    """

    def __init__(self, side: Literal["Sender", "Receiver"], subcodes: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.side = side
        self.subcodes = subcodes
        self.reason = reason

    def status(self, version: str) -> int:
        """Return the HTTP status that the SOAP version binds to the fault."""
        return 400 if version == SOAP_12 and self.side == "Sender" else 500


@dataclass(frozen=True)
class Message:
    """A request taken out of its envelope."""

    version: str
    """Namespace of the envelope: `SOAP_11` or `SOAP_12`."""
    request: Element
    """The first element in the body; its name is the operation."""
    token: Element | None
    """The wsse:UsernameToken of the header."""


def parse(content: bytes) -> Message:
    """Read an envelope; entities stay unresolved, nothing is fetched, and a document type is refused.

    Raises:
        OnvifFault: not XML, not a SOAP envelope, with a DTD, or with an empty body.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise _ill_formed("the request is not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _ill_formed("a document type definition is not accepted")
    version = etree.QName(root).namespace
    request = root.find(f"{{{version}}}Body/*") if version in CONTENT_TYPES else None
    if version is None or request is None:
        raise _ill_formed("the request is not a SOAP 1.1 or 1.2 envelope with a body")
    token = root.find(f"{{{version}}}Header/{qname('wsse:Security')}/{qname('wsse:UsernameToken')}")
    return Message(version, request, token)


def envelope(version: str, content: Element | None) -> bytes:
    """Wrap an answer, or None to say nothing, in an envelope of the SOAP version whose namespace is given."""
    root = etree.Element(f"{{{version}}}Envelope", nsmap={"env": version, **ANSWERED})
    body = etree.SubElement(root, f"{{{version}}}Body")
    if content is not None:
        body.append(content)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def fault_element(version: str, fault: OnvifFault) -> Element:
    """Write a fault: codes and subcodes in SOAP 1.2; in 1.1, which knows no subcodes, the most general of them."""
    if version == SOAP_11:
        node = etree.Element(f"{{{SOAP_11}}}Fault", nsmap=ANSWERED)
        etree.SubElement(node, "faultcode").text = fault.subcodes[0]
        etree.SubElement(node, "faultstring").text = fault.reason
        return node
    node = etree.Element(f"{{{SOAP_12}}}Fault", nsmap=ANSWERED)
    place = etree.SubElement(node, f"{{{SOAP_12}}}Code")
    etree.SubElement(place, f"{{{SOAP_12}}}Value").text = f"env:{fault.side}"
    for subcode in fault.subcodes:
        place = etree.SubElement(place, f"{{{SOAP_12}}}Subcode")
        etree.SubElement(place, f"{{{SOAP_12}}}Value").text = subcode
    text = etree.SubElement(etree.SubElement(node, f"{{{SOAP_12}}}Reason"), f"{{{SOAP_12}}}Text")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    text.text = fault.reason
    return node


def _ill_formed(reason: str) -> OnvifFault:
    return OnvifFault("Sender", ("ter:WellFormed",), reason)
