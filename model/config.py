"""Every choice of the network, its losses and its training, and the presets as tables of differences.

A1 to A30 are the places where the paper leaves a choice open; a field that carries such a number makes that choice.
A29 and A30 are about metrics and the methods of others: `benchmarks/metrics` and `benchmarks/methods` make them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_type_hints

import tomli_w
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from nirecap.errors import UsageMistake

MAX_BYTES = 1 << 20
FORMAT = 2
"""Of the file of a run; another one is not read, as its settings may mean something else."""
Norm = Literal["none", "batch", "instance", "group", "layer"]
Part = Literal["cem", "ccl", "scl", "structure"]
Few = Annotated[int, Field(ge=1, le=16)]
Channels = Annotated[int, Field(ge=2, le=512)]
Pixels = Annotated[int, Field(ge=0, le=4096)]
Side = Annotated[int, Field(ge=64, le=4096, multiple_of=16)]
Steps = Annotated[int, Field(ge=0, le=100_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=1000)]
Rate = Annotated[float, Field(gt=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Scale = Literal[1, 2, 4, 8]


@dataclass(frozen=True, kw_only=True)
class Config:
    """The whole experiment. The defaults are the preset `paper`: full width, with what makes it train.

    Raises:
        UsageMistake: a field is not of its type or out of its range, or two of them can't go together.

    >>> Config(iterations=0)
    Traceback (most recent call last):
    ...
    nirecap.errors.UsageMistake: iterations=0: Input should be greater than or equal to 1
    """

    # What the ablations of Table II take away (A28): I_d := I; the weight of eq. 11 or 13 is 0; no E_S.
    without: tuple[Part, ...] = ()

    # Colour extraction, eq. 1-4
    iterations: Few = 4  # T, Table III; the weights are shared over t
    maxout_channels: Channels = 32  # of f_est, after the maximum over k (A6)
    maxout_pieces: Few = 4  # k
    cem_width: Channels = 32  # of the first level of the U-Net f_out, doubled at each of the next (A7)
    cem_levels: Few = 5  # of the U-Net (A7)
    cem_norm: Norm = "none"  # of the U-Net; the printed "batch" sees T mixed statistics and evaluates too dark (A7)
    cem_side: Pixels = 288  # L is estimated on the image reduced to this longer side, then enlarged; 0: at its own size
    gain_channels: Literal[1, 3] = 3  # of L (A5)
    gain_floor: Annotated[float, Field(ge=0, le=1)] = 1.0  # least L; with 0, black is the optimum of eq. 7 (A3)
    gain_cap: Amount = 4.0  # what L comes up to, ever more slowly; 0: none
    global_path: bool = True  # also from the pooled bottleneck to L, lest all images get one gain; not in the paper
    curve: bool = False  # eq. 4 as I + L I (1 - I), which can't clip, instead of I L; not in the paper

    # Disentanglement, eq. 8 and 9
    width: Annotated[int, Field(ge=4, le=256, multiple_of=4)] = 64  # channels at 1/2; doubled at 1/4, 1/8, 1/16 (A9)
    blocks: Few = 4  # residual blocks in each layer of the encoders and in each decoder
    colour_norm: Norm = "none"  # of E_C and E_A; "instance" would erase mean colour (A11)
    structure_norm: Norm = "instance"  # of E_S (A11)
    decoder_norm: Norm = "none"  # of G_F and G_A (A12)
    colour_skips: tuple[Scale, ...] = (4, 8)  # E_C reaches the decoders also at 1/4 and 1/8 (A13)
    structure_skips: tuple[Scale, ...] = (1, 2, 4, 8)  # E_S likewise; at 1 it is N itself (A13)
    colour_blur: Annotated[float, Field(ge=0, le=50)] = 3.0  # sigma, pixels, of what E_C sees: its detail is noise
    output: Literal["image", "colour", "guided"] = "image"  # G gives an image (A20), or a change of its input, blurred
    # ("colour") or filtered with N as guide ("guided"); both beyond the paper
    base_blur: Annotated[float, Field(ge=0, le=50)] = 3.0  # sigma, pixels, of that blur or filter
    change_guided: bool = False  # what G_F changes is filtered with N as guide too; with output "guided"
    lamp_grid: Annotated[int, Field(ge=0, le=64)] = 0  # N divided by its mean over such a grid: evens out the lamp
    discriminator_width: Channels = 64  # of the first convolution of D_f and D_d (A16)

    # Stage 1, eq. 5-7
    tv_weight: Amount = 2.0
    tv_order: Literal[1, 2] = 1  # 2: the printed gradient of a difference (A1)
    colour_weight: Amount = 1.0
    exposure_weight: Amount = 10.0  # not in the paper: without it nothing asks for light (A3)
    exposure_target: Share | None = None  # E; None: mean of the training references
    exposure_pool: Pixels = 0  # side of the squares whose mean is to be E; 0: the whole image

    # Stage 2, eq. 10-14
    reduction: Literal["mean", "sum"] = "mean"  # over pixels, in eq. 5, 10, 11, 13 (A21)
    cycle_weight: Amount = 10.0  # alpha_e, eq. 10
    ccl_weight: Amount = 1.0  # omega, eq. 11
    ccl_alpha: Annotated[float, Field(gt=0, le=2)] = 0.8  # power of the difference, smoothed at 0 (A22)
    scl_weight: Amount = 0.5  # gamma, eq. 13
    scl_scales: Few = 3  # n: gradients pooled by 2, 4, 8 (A24)
    scl_source: Literal["low", "corrected"] = "low"  # whose gradients I_u is to have: I's or I_d's (A25)
    scl_normalised: bool = True  # gradients over their mean; without it the term stays near -.005
    adversarial_weight: Amount = 1.0  # eq. 14
    adversarial: Literal["bce", "lsgan"] = "bce"  # (A17)
    r1_weight: Amount = 10.0  # R1 (Mescheder et al. 2018): slope of the discriminators at real images; not in the paper
    extraction_weight: Amount = 0.005  # lambda_c, of eq. 7 in stage 2, where eq. 14 has none (A2)
    self_weight: Amount = 5.0  # I_f and I_d rebuilt from their own codes; from ADN, not in the paper
    artifact_weight: Amount = 0.0  # I_d - I_u = I_v - I_f; from ADN, not in the paper

    # Training (A19)
    crop_height: Side = 224
    crop_width: Side = 288
    batch: Annotated[int, Field(ge=1, le=1024)] = 4
    optimiser: Literal["adam", "sgd"] = "adam"  # (A18)
    learning_rate: Rate = 1e-4
    discriminator_rate: Rate = 1e-4
    cem_rate: Rate = 1e-3  # learning rate of stage 1
    betas: tuple[Decay, Decay] = (0.5, 0.999)
    stage1_steps: Steps = 1500  # 5 epochs of 1200 images in fours; 0: as `stage1_share` says
    stage1_share: Share = 0.3  # of the budget, at most
    warm_up_steps: Steps = 300  # of stage 2: self-reconstruction alone
    joint_cem: Share = 0.1  # learning rate of the CEM in stage 2, as a share of `learning_rate`; 0: frozen (A27)
    decay_from: Share = 0.5  # share of each stage after which the rates fall linearly to 0; 1: never
    ema_decay: Decay = 0.999  # of the weights that are kept for inference; 0: the last ones
    image_pool: Annotated[int, Field(ge=0, le=1000)] = 50  # earlier I_u, I_v that D is shown; 0: only the newest
    grad_clip: Amount = 1.0  # largest norm of the gradient; 0: none
    amp: bool = True  # bfloat16 on GPUs that have it; losses stay in float32
    mask: bool = True  # pixels that curation found spoilt (hot spots of the lamp, vanished structure) do not count
    minutes: Annotated[float, Field(gt=0, le=100_000)] = 60.0  # of training, where nobody says how long
    checkpoint_minutes: Annotated[float, Field(gt=0, le=1440)] = 5.0
    metrics_steps: Annotated[int, Field(ge=1, le=100_000)] = 50  # between lines of metrics
    sample_steps: Annotated[int, Field(ge=1, le=1_000_000)] = 500  # between sample pictures

    # Supervision by lit frames turned into low light (preset `plus` alone; beyond the paper)
    unpaired_share: Share = 1.0  # of the steps that are the paper's; the rest are supervised
    supervised_weight: Amount = 1.0  # |I_u - R|
    gradient_weight: Amount = 0.5  # |grad I_u - grad R|
    mean_weight: Amount = 0.5  # |mean I_u - mean R|
    similarity_weight: Amount = 1.0  # 1 - SSIM of I_u and R

    def __post_init__(self) -> None:
        """Check each field, then what can't go together."""
        for name, rule in _rules().items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, rule.validate_python(value, strict=True))
            except ValidationError as error:
                raise UsageMistake(f"{name}={_shown(value)}: {error.errors()[0]['msg']}") from None
        if self.gain_cap and self.gain_cap <= self.gain_floor:
            raise UsageMistake(f"gain_cap={self.gain_cap} is not above gain_floor={self.gain_floor}; 0 is no cap")
        if self.cem_width << self.cem_levels > 1 << 14:
            raise UsageMistake(f"cem_width={self.cem_width} with cem_levels={self.cem_levels} is too large a U-Net")
        if 0 < self.cem_side < 64:
            raise UsageMistake(f"cem_side={self.cem_side}: give 64 or more, or 0 for the image's own size")
        crop = min(self.crop_height, self.crop_width)
        if 1 << self.scl_scales > crop:
            raise UsageMistake(f"scl_scales={self.scl_scales} halves a crop of {crop} pixels to nothing; give less")
        view = round(self.cem_side / 1.5) if self.cem_side else crop
        if self.exposure_pool > view:
            raise UsageMistake(f"exposure_pool={self.exposure_pool} is over the {view} pixels that the CEM sees")

    def weight(self, term: str) -> float:
        """Return the weight of a term of the objective, 0 where an ablation takes it away.

        >>> Config(without=("ccl",)).weight("ccl"), Config().weight("cycle")
        (0.0, 10.0)
        """
        value: float = getattr(self, f"{term}_weight")
        return 0.0 if term in self.without else value

    def to_toml(self) -> str:
        """Return all fields as TOML; what is None is left out."""
        return tomli_w.dumps({name: value for name, value in asdict(self).items() if value is not None})

    def to_file(self) -> bytes:
        """Return what stands in the folder of a run: the format, and all fields as TOML."""
        return f"format = {FORMAT}\n{self.to_toml()}".encode()

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Return what `to_toml` or `to_file` wrote; fields that are missing have their defaults.

        Raises:
            UsageMistake: it is not TOML, too long, of another format, has an unknown field, or one that `Config`
                refuses.

        >>> Config.from_toml(Config(width=16).to_toml()) == Config(width=16)
        True
        """
        if len(text) > MAX_BYTES:
            raise UsageMistake(f"over {MAX_BYTES} characters; this is no configuration of the network")
        try:
            content = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise UsageMistake(f"the configuration is not TOML: {error}") from None
        if (made := content.pop("format", FORMAT)) != FORMAT:
            raise UsageMistake(
                f"it is of format {_shown(made)}, and this nirecap reads {FORMAT}; use the nirecap that trained it"
            )
        return cls(**_known({key: tuple(v) if isinstance(v, list) else v for key, v in content.items()}))


def _shown(value: object) -> str:
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python writes no number of thousands of digits
        return "<a number too long to be shown>"


SMALL: Mapping[str, Any] = {
    "maxout_channels": 8,
    "cem_width": 8,
    "cem_side": 144,
    "gain_channels": 1,  # with 3, eq. 6 has every view grey on average, and greens turn pink
    "width": 16,
    "blocks": 2,
    "output": "guided",
    "base_blur": 4.0,
    "change_guided": True,  # else, with some seeds, G_F tells the discriminators of detail by fine stripes
    "discriminator_width": 32,
    "crop_height": 112,
    "crop_width": 144,
    "batch": 2,
    "scl_weight": 0.1,  # with 0.5, I_u gets stripes where I has noise, ever more of them
    "learning_rate": 5e-4,
    "stage1_steps": 0,
    "stage1_share": 0.2,
    "joint_cem": 0.0,  # with 0.1, stage 2 drives I_d to more and more contrast
    "ema_decay": 0.995,
}
"""What was found to work on two cores."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "paper": {},
    "small": SMALL,
    "tiny": {
        **SMALL,
        "iterations": 2,
        "cem_levels": 3,
        "cem_side": 64,
        "width": 8,
        "blocks": 1,
        "discriminator_width": 8,
        "crop_height": 64,
        "crop_width": 64,
        "warm_up_steps": 20,
        "image_pool": 10,
        "minutes": 1.0,
        "checkpoint_minutes": 1.0,
    },
    # Supervision tells noise from detail, so that E_C may see both.
    "plus": {
        **SMALL,
        "gain_channels": 3,
        "change_guided": False,
        "colour_blur": 0.0,
        "colour_skips": (1, 2, 4, 8),
        "batch": 4,
        "stage1_share": 0.05,
        "warm_up_steps": 0,
        "unpaired_share": 0.1,
        "betas": (0.9, 0.99),  # with (0.5, 0.999) and a rate of 1e-3 it burst after 800 steps: all white, for good
        "learning_rate": 8e-4,
        "joint_cem": 0.5,
        "r1_weight": 0.0,  # discriminators have their say in a tenth of the steps
        "minutes": 20.0,  # an hour changes nothing much
    },
    # The printed text: degenerate by its own objective (A3), and expected to fail (A18).
    "strict": {
        "cem_norm": "batch",
        "cem_side": 0,
        "gain_floor": 0.0,
        "gain_cap": 0.0,
        "global_path": False,
        "colour_norm": "group",
        "decoder_norm": "layer",
        "colour_skips": (8,),
        "structure_skips": (2, 4, 8),
        "colour_blur": 0.0,
        "tv_order": 2,
        "exposure_weight": 0.0,
        "reduction": "sum",
        "scl_normalised": False,
        "r1_weight": 0.0,
        "extraction_weight": 0.0,
        "self_weight": 0.0,
        "learning_rate": 1e-2,
        "discriminator_rate": 1e-2,
        "cem_rate": 1e-2,
        "warm_up_steps": 0,
        "joint_cem": 1.0,
        "decay_from": 1.0,
        "ema_decay": 0.0,
        "grad_clip": 0.0,
        "amp": False,
        "mask": False,
    },
}
"""Each as what it changes of the defaults."""


def preset(name: str, **overrides: Any) -> Config:  # noqa: ANN401 - fields of every type
    """Return a named configuration with some fields changed.

    Raises:
        UsageMistake: no preset or no field has that name, or `Config` refuses a value.

    >>> preset("small", iterations=7).iterations
    7
    """
    if name not in PRESETS:
        raise UsageMistake(f"no preset is called {name!r}; there are {', '.join(PRESETS)}")
    return Config(**_known({**PRESETS[name], **overrides}))


def read_config(path: Path) -> Config:
    """Return the configuration in a TOML file.

    Raises:
        UsageMistake: it can't be read, or as `Config.from_toml`; the text names the file.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1).decode()
        return Config.from_toml(text)
    except OSError as error:
        raise UsageMistake(f"{path}: can't be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageMistake(f"{path} is not TOML: it is no text") from None
    except UsageMistake as error:
        raise UsageMistake(f"{path}: {error}") from None


def _known(content: Mapping[str, Any]) -> Mapping[str, Any]:
    names = [each.name for each in fields(Config)]
    if unknown := sorted(set(content) - set(names)):
        near = get_close_matches(unknown[0], names, 1, cutoff=0) or names
        raise UsageMistake(f"the network has no setting {unknown[0]!r:.80}; did you mean {near[0]!r}?")
    return content


@cache
def _rules() -> dict[str, TypeAdapter[Any]]:
    strict = ConfigDict(allow_inf_nan=False)
    return {
        name: TypeAdapter(hint, config=strict) for name, hint in get_type_hints(Config, include_extras=True).items()
    }
