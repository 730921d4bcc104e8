"""A program for a network namespace of its own: cameras and troublemakers that answer a probe, and the search for them.

Prints what was found, and what the search sent, as JSON.
"""

import json
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import asdict

from nirecap.capture.discovery import GROUP, discover

HOST = "10.9.8.1"
SPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
)
ACTIONS = "http://schemas.xmlsoap.org/ws/2005/04/discovery"


def match(relates_to: str, address: str, scopes: str, *, action: str = "ProbeMatches", before: str = "") -> bytes:
    body = (
        f"<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{address}</a:Address>"
        f"</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
        f"<d:XAddrs>{address}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
    )
    header = (
        f"<s:Header><a:MessageID>urn:uuid:{abs(hash(address + scopes))}</a:MessageID>"
        f"<a:RelatesTo>{relates_to}</a:RelatesTo><a:To>anonymous</a:To><a:Action>{ACTIONS}/{action}</a:Action>"
        '<d:AppSequence InstanceId="nonsense" MessageNumber="-1"/></s:Header>'
    )
    return f"{before}<s:Envelope {SPACES}>{header}<s:Body>{body}</s:Body></s:Envelope>".encode()


def answers(probe: str) -> list[bytes]:
    """Return good answers among hostile ones."""
    good = "onvif://www.onvif.org/name/Porch%20Cam onvif://www.onvif.org/hardware/OWL-1"
    bomb = '<!DOCTYPE b [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>'
    elsewhere = match(probe, "http://192.0.2.7:81/onvif", "onvif://www.onvif.org/name/Elsewhere")
    long = match(probe, f"http://{HOST}:82/", f"onvif://www.onvif.org/name/%1b[31m%0aEvil%e2%80%ae{'x' * 5000}")
    return [
        b"\0\xff not XML",
        match("urn:uuid:another", f"http://{HOST}:1/", "onvif://www.onvif.org/name/Unasked"),
        match(probe, f"http://{HOST}:2/", "onvif://www.onvif.org/name/Bomb", before=bomb),
        match(probe, f"http://{HOST}:3/", "onvif://www.onvif.org/name/Hello", action="Hello"),
        b"<a>" * 15000,
        match(probe, "http://[broken", "onvif://www.onvif.org/name/Broken"),
        match(probe, f"http://192.0.2.7:8/ http://{HOST}:8080/onvif/device_service", good),
        elsewhere,
        long,
        *[f"<junk n='{number}'/>".encode() for number in range(300)],
    ]


def respond(group: socket.socket, heard: list[str]) -> None:
    while True:
        datagram, asker = group.recvfrom(65535)
        text = datagram.decode()
        heard.append(text)
        probe = text.partition("MessageID>")[2].partition("<")[0]
        for answer in answers(probe):
            group.sendto(answer, asker)


def main() -> None:
    for command in sys.argv[1:]:
        subprocess.run(["ip", *command.split()], check=True)
    heard: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as group, socket.create_server((HOST, 8080)) as service:
        group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        group.bind(("", GROUP[1]))
        joined = struct.pack("4s4s", socket.inet_aton(GROUP[0]), socket.inet_aton(HOST))
        group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        threading.Thread(target=respond, args=(group, heard), daemon=True).start()
        found = discover(2.0)
        service.settimeout(0.2)
        try:
            service.accept()
            visited = True
        except TimeoutError:
            visited = False
    print(json.dumps({"found": [asdict(camera) for camera in found], "heard": heard, "visited": visited}))  # noqa: T201


if __name__ == "__main__":
    main()
