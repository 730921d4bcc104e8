"""The ONVIF service of the simulated camera: device, media, imaging and relays, as Profile S and T cameras answer."""
