"""A trained network in use: a low-light image and its NIR-enlightened image in, a lit image out.

purifier = Purifier.from_pretrained("run")  # a folder of `nirecap train`, or user/name on the Hub
lit = purifier(low, nire)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from nirecap.errors import UsageMistake
from nirecap.hub import Pushed

from .arrays import Array, Image, arrays, inputs
from .config import Config
from .memory import remedy_when_full
from .purification import PurificationNetwork
from .push_model import push_model
from .tiling import LEAST_SIDE, can_be_tiled, purify_in_tiles
from .trained import find_run, load_network

TILE = 512
"""Side of a tile, pixels: as fast as whole images, with less memory."""


class Purifier:
    """A network that is only used.

    Args:
        network: trained.
        device: where it works, as torch calls it; None: the first GPU, or the CPU where there is none.
        bf16: let convolutions work in bfloat16: on processors that have it, twice as fast, and off by at most some
            thousandths; None: there and only there.
        threads: of the CPU, while it works; None: as torch is set.
        tile: side of the tiles that the last steps work in, pixels; 0: the whole image at once. The result is the same;
            networks whose decoder normalises over the whole image, as of the preset `strict`, always take it whole.
        run: folder that the network is from; None: none.

    Raises:
        UsageMistake: there is no such device, or a number is out of its range.
    """

    def __init__(
        self,
        network: PurificationNetwork,
        *,
        device: str | None = None,
        bf16: bool | None = False,
        threads: int | None = None,
        tile: int = TILE,
        run: Path | None = None,
    ) -> None:
        if 0 < tile < LEAST_SIDE or tile < 0:
            raise UsageMistake(f"a tile of {tile} pixels is too small; give {LEAST_SIDE} or more, or 0 for none")
        if threads is not None and threads < 1:
            raise UsageMistake(f"{threads} threads can't work; give 1 or more")
        self.device = device_of(device)
        self.bf16 = has_bf16(self.device) if bf16 is None else bf16
        self.run = run
        self._tile = tile if can_be_tiled(network.config) else 0
        self._threads = threads
        network = network.eval().requires_grad_(False)
        self._network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def from_pretrained(
        cls,
        source: str | Path,
        *,
        device: str | None = None,
        bf16: bool | None = False,
        threads: int | None = None,
        tile: int = TILE,
        endpoint: str | None = None,
    ) -> Self:
        """Load a trained network.

        Args:
            source: the folder of a run, or `user/name` on the Hub.
            device: as of the class, like the next three.
            bf16: likewise.
            threads: likewise.
            tile: likewise.
            endpoint: address of the Hub; None takes that of HF_ENDPOINT, or huggingface.co.

        Raises:
            UsageMistake: there is no such network or device, or it is of another version.
            RunError: the weights are damaged.
            HubError: the Hub can't be reached, or has no such network.
        """
        run = find_run(source, endpoint)
        return cls(load_network(run), device=device, bf16=bf16, threads=threads, tile=tile, run=run)

    @property
    def config(self) -> Config:
        """How the network is made, and was trained."""
        config: Config = self._network.config
        return config

    def __call__(self, low: Array, nire: Array) -> Image:
        """Purify one image.

        Args:
            low: I, H x W x 3, uint8, or floating and from 0 to 1.
            nire: N of the same view, H x W, or H x W x 3 of which the luma is taken.

        Returns:
            I_u, float32, H x W x 3, 0 to 1.

        Raises:
            UsageMistake: they are no such images, or differ in size.
            RunError: memory is full.
        """
        image: Image = self.batch([low], [nire])[0]
        return image

    def batch(self, lows: Sequence[Array], nires: Sequence[Array]) -> Image:
        """Purify images of one size at once, each as it would be alone; what GPUs are faster at.

        Returns:
            I_u, float32, B x H x W x 3, 0 to 1.

        Raises:
            UsageMistake: they are no such images, or differ in number or size.
            RunError: memory is full.
        """
        with remedy_when_full("give smaller images, or fewer at once, or let it work in bfloat16"):
            low, nire = inputs(lows, nires)
            return arrays(self._purified(low, nire))

    def push_to_hub(
        self,
        name: str,
        *,
        private: bool = True,
        data: str = "",
        licence: str | None = None,
        endpoint: str | None = None,
    ) -> Pushed:
        """Upload configuration, weights and a card as the model `name`, in one commit.

        Args:
            name: `NAME`, or `OWNER/NAME`; made if there is none.
            private: of a new one; an existing public one is refused while this is True.
            data: what it was trained on, for the card; a sentence, or names of data sets.
            licence: as the Hub calls it, such as `cc-by-4.0`; None: the card says that none is given.
            endpoint: address of the Hub; None takes that of HF_ENDPOINT, or huggingface.co.

        Raises:
            UsageMistake: `name` can't be one, or nobody is logged in.
            HubError: the Hub can't be reached, refuses, or has changed meanwhile.
        """
        return push_model(self._network, self.run, name, private=private, data=data, licence=licence, endpoint=endpoint)

    @torch.inference_mode()
    def _purified(self, low: Tensor, nire: Tensor) -> Tensor:
        with self._threaded(), torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            low, nire = low.to(self.device, memory_format=torch.channels_last), nire.to(self.device)
            if not self._tile:
                purified: Tensor = self._network(low, nire)
                return purified
            return purify_in_tiles(self._network, low, nire, self._tile)

    @contextmanager
    def _threaded(self) -> Iterator[None]:
        before = torch.get_num_threads()
        torch.set_num_threads(self._threads or before)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def device_of(name: str | None) -> torch.device:
    """Return a device by its name; the first GPU, or the CPU where there is none, for None.

    Raises:
        UsageMistake: there is no such device here.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device).item()  # which meta has not
    except (RuntimeError, AssertionError):  # the second where torch was built without it
        raise UsageMistake(f"torch has no device {name!r:.40} here; leave it out, or give cpu") from None
    return device


def has_bf16(device: torch.device) -> bool:
    """Tell whether a processor computes in bfloat16 by itself, so that it is faster."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    known = torch.cpu.get_capabilities()
    return device.type == "cpu" and bool(known.get("avx512_bf16") or known.get("amx_bf16"))
