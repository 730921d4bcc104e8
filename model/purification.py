"""The whole network: a low-light image and its NIR-enlightened one in, a lit image out."""

from collections.abc import Mapping

from torch import Tensor, nn

from nirecap.errors import UsageMistake

from .colour_extraction import ColourExtraction, Extraction
from .config import Config
from .disentanglement import Disentanglement
from .encoders import CODE
from .pixels import padded

TRAINING_ONLY = ("disentangle.E_A.", "disentangle.G_A.")


class PurificationNetwork(nn.Module):
    """The CEM, then E_C, E_S and G_F; E_A and G_A serve training alone.

    >>> import torch
    >>> from nirecap.model.config import preset
    >>> network = PurificationNetwork(preset("tiny")).eval()
    >>> network(torch.rand(1, 3, 50, 70), torch.rand(1, 1, 50, 70)).shape
    torch.Size([1, 3, 50, 70])
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.CEM = None if "cem" in config.without else ColourExtraction(config)
        self.disentangle = Disentanglement(config)

    def forward(self, low: Tensor, nire: Tensor) -> Tensor:
        """Purify: I -> CEM -> I_d; I_u = G_F(E_C(I_d), E_S(N)).

        Args:
            low: I, (B, 3, H, W), 0 to 1, of any size.
            nire: N of the same view, (B, 1, H, W), 0 to 1.

        Returns:
            I_u, (B, 3, H, W), 0 to 1.
        """
        height, width = low.shape[-2:]
        i_d, n_d = (padded(image, CODE, 2 * CODE) for image in (self.extract(low).corrected, nire))
        return self.disentangle.purify(i_d, n_d)[..., :height, :width]

    def extract(self, low: Tensor, whole: Tensor | None = None, place: Tensor | None = None) -> Extraction:
        """Return I_d and L_1 to L_T, as `ColourExtraction`; I itself and none in the ablation without it (A28)."""
        return Extraction(low, low, ()) if self.CEM is None else self.CEM(low, whole, place)

    def inference_state(self) -> dict[str, Tensor]:
        """Return the weights that `forward` uses, by name: what a saved model holds."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith(TRAINING_ONLY)}

    def load_inference_state(self, state: Mapping[str, Tensor]) -> None:
        """Take weights from `inference_state`; E_A and G_A are let go, so that no training goes on from here.

        Raises:
            UsageMistake: names, shapes or numbers are not those of a network of this configuration.
        """
        own = self.inference_state()
        if wrong := sorted(own.keys() ^ state.keys()):
            lacks = "lack" if wrong[0] in own else "have an unknown"
            raise UsageMistake(f"the weights {lacks} {wrong[0]!r:.100}; they are of another configuration or version")
        for name, value in own.items():
            given = state[name]
            if given.shape != value.shape or given.is_floating_point() != value.is_floating_point():
                raise UsageMistake(
                    f"{name} is {tuple(given.shape)} of {given.dtype} in the weights, and {tuple(value.shape)} of "
                    f"{value.dtype} by their configuration; they do not belong together"
                )
            if not given.isfinite().all():
                raise UsageMistake(
                    f"{name} holds what is no number; the weights are damaged, train or fetch them again"
                )
        self.load_state_dict(dict(state), strict=False)
        for part in ("E_A", "G_A"):
            if hasattr(self.disentangle, part):
                delattr(self.disentangle, part)
