"""Errors that a user or a device can cause; the message names what arrived and the remedy.

The command line prints them as one line. Exit codes: 2 for a mistake in usage, 1 for everything that failed.
"""


class NirecapError(Exception):
    """Base of every expected failure; its text is one line for a person."""

    exit_code = 1


class UsageMistake(NirecapError):
    """The call itself can't work, whatever the devices and files do."""

    exit_code = 2


class CameraError(NirecapError):
    """A camera can't be reached, refuses, or does not do what it was told."""


class LoginRefused(CameraError):
    """A camera refused the user name or the password."""


class StreamError(CameraError):
    """The live picture can't be opened, ended, stalled, or arrives damaged."""


class NotSettled(CameraError):
    """The picture did not reach the wanted mode, or did not come to rest, in time."""


class ImageError(NirecapError):
    """A file is not an image, is truncated, or is too large to decode."""


class CollectionError(NirecapError):
    """A collection can't be opened or written."""


class ManifestError(NirecapError):
    """A manifest can't be read by this version."""


class HubError(NirecapError):
    """The Hugging Face Hub can't be reached, or refuses."""


class WorkersLost(NirecapError):
    """Processes that work for this one, here or elsewhere, ended or can't do it."""


class RunError(NirecapError):
    """A training run can't be read by this version, or can't go on."""


class BenchmarkError(NirecapError):
    """A method failed, or the results of a benchmark can't be read by this version."""


class StoppedByUser(NirecapError):
    """Ctrl-C came; the text says what was done by then."""

    exit_code = 130
