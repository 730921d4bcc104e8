"""The simulated camera: an ONVIF and RTSP device on loopback, and the optics behind it."""
