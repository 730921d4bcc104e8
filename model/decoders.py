"""G_F and G_A: from the codes of colour and structure to a lit image, with those of artifacts to a low-light one."""

import torch
from torch import Tensor, nn

from .blocks import convolution, layer, upwards
from .config import Config
from .encoders import CODE, Pyramid, channels
from .pixels import precise

ARTIFACT_SCALES = (4, 8, 16)


class Decoder(nn.Module):
    """Residual blocks at 1/16, then four steps upwards; at each scale the skips are joined by a 1x1 convolution."""

    def __init__(self, config: Config, artifacts: bool) -> None:
        super().__init__()
        self.sources = _sources(config, artifacts)
        wide = channels(config.width)
        own = {16: 0, 8: wide[8], 4: wide[4], 2: wide[2], 1: config.width // 2}
        self.join = nn.ModuleDict()
        for scale, outputs in own.items():
            skips = sum(self.sources[name].get(scale, 0) for name in self.sources)
            if skips:
                self.join[str(scale)] = nn.Conv2d(outputs + skips, outputs or wide[CODE], 1)
        self.body = layer(wide[16], wide[16], config.blocks, config.decoder_norm)
        self.up8 = upwards(wide[16], own[8], config.decoder_norm)
        self.up4 = upwards(own[8], own[4], config.decoder_norm)
        self.up2 = upwards(own[4], own[2], config.decoder_norm)
        self.up1 = upwards(own[2], own[1], config.decoder_norm)
        self.last = convolution(own[1], 3, 7)
        if config.output != "image":
            nn.init.zeros_(self.last.weight)  # at first nothing is changed
            nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, codes: dict[str, Pyramid]) -> Tensor:
        """Return what an image is the sigmoid of (A20), by itself or added to that of what is changed; (B, 3, H, W).

        Args:
            codes: "colour" z_C, and those of "structure" n_S and "artifact" z_A that this decoder uses.
        """
        return self.fine(self.coarse(codes), codes)

    def coarse(self, codes: dict[str, Pyramid]) -> Tensor:
        """Return the features at 1/8, (B, 4 width, H/8, W/8)."""
        x = self.body(self._joined(CODE, codes))
        return self._joined(8, codes, self.up8(x))

    def fine(self, x: Tensor, codes: dict[str, Pyramid]) -> Tensor:
        """Return the same, or with codes of a tile that tile, from the features at 1/8."""
        x = self._joined(4, codes, self.up4(x))
        x = self._joined(2, codes, self.up2(x))
        x = self._joined(1, codes, self.up1(x))  # (B, width / 2, H, W)
        return precise(self.last(x))

    def _joined(self, scale: int, codes: dict[str, Pyramid], *x: Tensor) -> Tensor:
        skips = [codes[name][scale] for name, scales in self.sources.items() if scale in scales]
        features: Tensor = self.join[str(scale)](torch.cat([*x, *skips], 1)) if skips else x[0]
        return features


def _sources(config: Config, artifacts: bool) -> dict[str, dict[int, int]]:
    """Return for each code its channels at the scales where it joins (A13)."""
    wide = channels(config.width)
    narrow = channels(config.width // 2)
    sources = {"colour": {scale: {1: 3, **wide}[scale] for scale in (*config.colour_skips, CODE)}}
    if "structure" not in config.without:
        sources["structure"] = {scale: {1: 1, **wide}[scale] for scale in (*config.structure_skips, CODE)}
    if artifacts:
        sources["artifact"] = {scale: narrow[scale] for scale in ARTIFACT_SCALES}
    return sources
