"""Stage 2: colour, structure and artifacts taken apart and put together again, eq. 8-10.

    forward    I_u  = G_F(z_C(I_d), n_S(N_d))                   a low-light image purified
    backward   I_v  = G_A(z_C(I_f), n_S(N_f), z_A(I_d))         a lit image with the other's artifacts
    again      If^  = G_F(z_C(I_v), n_S(N_f))
               Id^  = G_A(z_C(I_u), n_S(N_d), z_A(I_d))

n_S and z_A of the first line of each serve again (A15).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .config import Config
from .decoders import Decoder
from .encoders import Pyramid, artifact_encoder, colour_encoder, structure_encoder
from .pixels import blur, even_lamp, guided


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Images rebuilt from their own codes; each (B, 3, H, W), 0 to 1."""

    I_f: Tensor
    """G_F(z_C(I_f), n_S(N_f))."""
    I_d: Tensor
    """G_A(z_C(I_d), n_S(N_d), z_A(I_d))."""


@dataclass(frozen=True, eq=False)
class Translations:
    """What both translations give; each image (B, 3, H, W), 0 to 1."""

    I_u: Tensor
    I_v: Tensor
    If_hat: Tensor
    Id_hat: Tensor
    own: Reconstructions | None
    """None unless asked for."""


@dataclass(frozen=True, eq=False)
class Codes:
    """What an image and the NIR image of its view come to."""

    colour: Pyramid
    """z_C, of the image or, blurred, of what of it is no detail."""
    structure: Pyramid
    """n_S; nothing in the ablation without E_S (A28)."""
    base: Tensor | None
    """What the decoder changes, if anything."""
    guide: Tensor | None
    """N, where what G_F changes is filtered with it."""


class Disentanglement(nn.Module):
    """E_C, E_S, E_A, G_F and G_A."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.E_C = colour_encoder(config)
        self.E_S = None if "structure" in config.without else structure_encoder(config)
        self.E_A = artifact_encoder(config)
        self.G_F = Decoder(config, artifacts=False)
        self.G_A = Decoder(config, artifacts=True)

    def forward(self, i_d: Tensor, n_d: Tensor, i_f: Tensor, n_f: Tensor, own: bool = False) -> Translations:
        """Translate both ways and back (eq. 8 and 9).

        Args:
            i_d: I_d, (B, 3, H, W), 0 to 1, H and W multiples of 16 and at least 32.
            n_d: N of the same view, (B, 1, H, W).
            i_f: I_f, a lit image of another view.
            n_f: N_f, of the view of I_f.
            own: also rebuild I_f and I_d from their own codes.
        """
        dark, lit, artifacts = self.seen(i_d, n_d), self.seen(i_f, n_f), self.E_A(i_d)
        i_u, i_v = self._lit(dark), self._dark(lit, artifacts)
        if_hat = self._lit(self.seen(i_v, n_f, lit.structure))
        id_hat = self._dark(self.seen(i_u, n_d, dark.structure), artifacts)
        rebuilt = Reconstructions(self._lit(lit), self._dark(dark, artifacts)) if own else None
        return Translations(i_u, i_v, if_hat, id_hat, rebuilt)

    def purify(self, i_d: Tensor, n_d: Tensor) -> Tensor:
        """Return I_u, all that inference needs (eq. 8)."""
        return self._lit(self.seen(i_d, n_d))

    def reconstruct(self, i_d: Tensor, n_d: Tensor, i_f: Tensor, n_f: Tensor) -> Reconstructions:
        """Rebuild I_f and I_d from their own codes: what warms the network up; not in the paper."""
        return Reconstructions(self.purify(i_f, n_f), self._dark(self.seen(i_d, n_d), self.E_A(i_d)))

    def seen(self, image: Tensor, nire: Tensor, structure: Pyramid | None = None) -> Codes:
        """Return z_C of an image and n_S of its view, unless that is known."""
        if structure is None:
            structure = {} if self.E_S is None else self.E_S(even_lamp(nire, self.config.lamp_grid))
        colour = self.E_C(blur(image, self.config.colour_blur))
        if self.config.output == "image":
            return Codes(colour, structure, None, None)
        if self.config.output == "colour" or self.E_S is None:
            return Codes(colour, structure, blur(image, self.config.base_blur), None)
        guide = nire if self.config.change_guided else None
        return Codes(colour, structure, guided(image, nire, self.config.base_blur), guide)

    def changed(self, change: Tensor, base: Tensor | None, guide: Tensor | None) -> Tensor:
        """Return an image (B, 3, H, W), 0 to 1, from what a decoder gives; all but the sigmoid is beyond the paper.

        Args:
            change: of the decoder.
            base: what is changed, as `output` says; None: nothing, the image is from the codes alone.
            guide: N, with which the change is filtered, so that it has no fine detail but that of N; None: it is not.
        """
        if guide is not None:
            change = guided(change, guide, self.config.base_blur)
        return torch.sigmoid(change if base is None else change + torch.logit(base, eps=0.01))

    def _lit(self, codes: Codes) -> Tensor:
        change = self.G_F({"colour": codes.colour, "structure": codes.structure})
        return self.changed(change, codes.base, codes.guide)

    def _dark(self, codes: Codes, artifacts: Pyramid) -> Tensor:
        change = self.G_A({"colour": codes.colour, "structure": codes.structure, "artifact": artifacts})
        return self.changed(change, codes.base, None)  # noise is no structure of N
