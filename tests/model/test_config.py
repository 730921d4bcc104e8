from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from nirecap.errors import UsageMistake
from nirecap.model.config import PRESETS, Config, preset, read_config


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_its_own_toml(name: str) -> None:
    config = preset(name, without=("cem", "scl"), exposure_target=0.44)
    assert Config.from_toml(config.to_toml()) == config


def test_what_is_none_is_none_again() -> None:
    assert Config.from_toml(Config().to_toml()).exposure_target is None


def test_presets_differ_from_the_defaults_where_they_say_so() -> None:
    for name, differences in PRESETS.items():
        for field, value in differences.items():
            assert getattr(Config(), field) != value or name in {"tiny", "plus"}, (name, field)


def test_the_literal_preset_has_no_remedy() -> None:
    strict = preset("strict")
    assert (strict.gain_floor, strict.gain_cap, strict.exposure_weight, strict.self_weight) == (0, 0, 0, 0)
    assert (strict.extraction_weight, strict.r1_weight, strict.mask) == (0, 0, False)
    assert (strict.tv_order, strict.reduction, strict.learning_rate, strict.cem_norm) == (2, "sum", 1e-2, "batch")
    assert (strict.width, strict.blocks, strict.output, strict.iterations) == (64, 4, "image", 4)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", "16"),
        ("width", True),
        ("width", 18),
        ("width", 10**9),
        ("iterations", 0),
        ("iterations", 2.5),
        ("learning_rate", float("nan")),
        ("learning_rate", 0.0),
        ("betas", (0.5,)),
        ("betas", (0.5, 1.0)),
        ("without", ("everything",)),
        ("without", "cem"),
        ("colour_skips", (3,)),
        ("crop_height", 32),
        ("crop_width", 100),
        ("cem_norm", "spectral"),
        ("exposure_target", 1.5),
        ("gain_channels", 2),
        ("cem_side", 10),
        ("gain_cap", 0.5),
        ("scl_scales", 7),
        ("exposure_pool", 100),
    ],
)
def test_a_wrong_value_is_named(field: str, value: Any) -> None:
    with pytest.raises(UsageMistake, match=field):
        preset("small", **{field: value})


def test_a_network_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(UsageMistake, match="cem_width"):
        Config(cem_width=512, cem_levels=16)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageMistake, match="did you mean 'iterations'"):
        preset("small", iteration=3)
    with pytest.raises(UsageMistake, match="no preset is called 'huge'; there are paper, small"):
        preset("huge")


@pytest.mark.parametrize(
    "text",
    [
        *("width =", "width = 1e400", "[width]\nx = 1", "width = [16]", "secret = 1", "width = 1979-05-27"),
        *("betas = [0.5, [0.9]]", "x = " + "[" * 100_000, "width = " + "9" * 5000),
        *("width = 0x" + "f" * 5000, "a = 1\n" * 300_000),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_toml_is_one_line(text: str) -> None:
    with pytest.raises(UsageMistake) as caught:
        Config.from_toml(text)
    assert len(str(caught.value)) < 400


def test_a_file_is_read_and_its_faults_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(UsageMistake, match=r"config\.toml: can't be read"):
        read_config(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageMistake, match=r"config\.toml is not TOML"):
        read_config(path)
    path.write_text("width = 1")
    with pytest.raises(UsageMistake, match=r"config\.toml: width=1"):
        read_config(path)
    for content in (preset("tiny").to_toml().encode(), preset("tiny").to_file()):
        path.write_bytes(content)
        assert read_config(path) == preset("tiny")


def test_a_run_of_another_version_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(preset("tiny").to_file().replace(b"format = 2", b"format = 3") + b"attention = true\n")
    with pytest.raises(UsageMistake, match=r"config\.toml: it is of format 3, and this nirecap reads 2"):
        read_config(path)


def test_an_ablation_takes_the_weight_away() -> None:
    weights = [field.name.removesuffix("_weight") for field in fields(Config) if field.name.endswith("_weight")]
    assert {"tv", "colour", "exposure", "cycle", "ccl", "scl", "adversarial", "extraction", "self"} <= set(weights)
    assert preset("small", without=("scl",)).weight("scl") == 0
    assert preset("paper").weight("scl") == 0.5
