"""From the bytes of a SOAP request to the bytes of its answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..quirks import Quirk, Quirks
from . import device_service, imaging, media, relays, services
from .call import Addresses, Call, Operation, Switchable
from .elements import Element, element, qname
from .soap import CONTENT_TYPES, SOAP_12, OnvifFault, envelope, fault_element, parse
from .wsse import TokenGate


def _capabilities_of(prefix: str) -> Operation:
    return lambda call: element(f"{prefix}:GetServiceCapabilitiesResponse", services.service_capabilities(prefix))


BEFORE_LOGIN: dict[str, Operation] = {
    "tds:GetSystemDateAndTime": device_service.get_system_date_and_time,
    "tds:GetCapabilities": services.get_capabilities,
    "tds:GetServices": services.get_services,
    "tds:GetHostname": device_service.get_hostname,
    **{f"{prefix}:GetServiceCapabilities": _capabilities_of(prefix) for prefix in services.PATHS},
}
"""What anyone may ask (the access class PRE_AUTH of ONVIF Core 5.9.4.3), so a wrong password shows only later."""

AFTER_LOGIN: dict[str, Operation] = {
    "tds:GetDeviceInformation": device_service.get_device_information,
    "tds:GetScopes": device_service.get_scopes,
    "tds:SendAuxiliaryCommand": device_service.send_auxiliary_command,
    "tds:GetRelayOutputs": relays.get_relay_outputs,
    "tds:SetRelayOutputState": relays.set_relay_output_state,
    "trt:GetProfiles": media.get_profiles,
    "trt:GetProfile": media.get_profile,
    "trt:GetVideoSources": media.get_video_sources,
    "trt:GetVideoSourceConfigurations": media.get_video_source_configurations,
    "trt:GetVideoEncoderConfigurations": media.get_video_encoder_configurations,
    "trt:GetStreamUri": media.get_stream_uri,
    "trt:GetSnapshotUri": media.get_snapshot_uri,
    "timg:GetImagingSettings": imaging.get_imaging_settings,
    "timg:SetImagingSettings": imaging.set_imaging_settings,
    "timg:GetOptions": imaging.get_options,
}
CHATTER = {
    qname(name) for name in ("tds:GetDeviceInformation", "tds:GetScopes", "trt:GetProfiles", "trt:GetVideoSources")
}
"""What `open-capabilities` tells to anyone besides."""
UNKNOWN = qname("tds:SendAuxiliaryCommand")
"""The operation that `empty-success` acknowledges without knowing it; others are unknown to every camera."""
_OPEN = {qname(name): operation for name, operation in BEFORE_LOGIN.items()}
_GUARDED = {qname(name): operation for name, operation in AFTER_LOGIN.items()}


@dataclass(frozen=True)
class Answer:
    """A SOAP answer as HTTP carries it."""

    status: int
    content_type: str
    content: bytes


class OnvifService:
    """Carry out the operations of all four services for one user; the operation's name tells the service."""

    def __init__(
        self,
        device: Switchable,
        user: str,
        password: str,
        *,
        quirks: Quirks = frozenset(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._device, self._quirks, self._clock = device, quirks, clock
        self._gate = TokenGate(user, password, clock)

    def answer(self, content: bytes, addresses: Addresses) -> Answer:
        """Carry out a request; whatever is wrong with it becomes a SOAP fault."""
        version = SOAP_12
        try:
            message = parse(content)
            version = message.version
            operation = _OPEN.get(message.request.tag) or self._guarded(message.request.tag, message.token)
            call = Call(message.request, self._device, addresses, self._quirks, self._clock)
            result, status = operation(call) if operation else None, 200
        except OnvifFault as fault:
            result, status = fault_element(version, fault), fault.status(version)
        return Answer(status, CONTENT_TYPES[version], envelope(version, result))

    def _guarded(self, name: str, token: Element | None) -> Operation | None:
        """Log in first: a stranger does not learn which operations exist. None is to be answered with nothing."""
        open_to_all = name in CHATTER and Quirk.OPEN_CAPABILITIES in self._quirks
        if not open_to_all and not self._gate.accepts(token):
            raise OnvifFault("Sender", ("ter:NotAuthorized",), "user name or password is wrong, or their proof stale")
        if Quirk.EMPTY_SUCCESS in self._quirks and (name not in _GUARDED or name == UNKNOWN):
            return None
        if name not in _GUARDED:
            raise OnvifFault(
                "Receiver", ("ter:ActionNotSupported",), f"{name.rpartition('}')[2][:64]} is not supported"
            )
        return _GUARDED[name]
