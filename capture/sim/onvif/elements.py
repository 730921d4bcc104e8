"""XML elements under the prefixes that the ONVIF specifications use."""

from lxml import etree

Element = etree._Element
"""An XML element, as lxml hands it out."""

NAMESPACES = {
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
}
ANSWERED = {prefix: NAMESPACES[prefix] for prefix in ("tds", "trt", "timg", "tmd", "tt", "ter")}
"""Those that an answer uses; they are declared once, at its root."""


def qname(name: str) -> str:
    """Expand a prefixed name to the form that lxml compares.

    >>> qname("tt:Width")
    '{http://www.onvif.org/ver10/schema}Width'
    """
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def element(name: str, *content: "Element | str | float", **attributes: str) -> Element:
    """Build an element from a prefixed name, its text or children, and its attributes.

    >>> width = element("tt:Width", 640, unit="pixel")
    >>> width.text, width.get("unit"), width.prefix
    ('640', 'pixel', 'tt')
    """
    node = etree.Element(qname(name), attributes, nsmap=ANSWERED)
    for part in content:
        if isinstance(part, etree._Element):
            node.append(part)
        else:
            node.text = str(part)
    return node
