from typing import Any

import pytest
import torch
from torch import nn

from nirecap.model.blocks import ResidualBlock
from nirecap.model.config import Config, preset
from nirecap.model.decoders import Decoder
from nirecap.model.discriminator import Discriminator, Discriminators
from nirecap.model.encoders import artifact_encoder, colour_encoder, structure_encoder

FULL = Config()


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameters_at_full_width() -> None:
    assert count(colour_encoder(FULL)) == pytest.approx(25.1e6, abs=5e4)
    assert count(structure_encoder(FULL)) == pytest.approx(25.1e6, abs=5e4)
    assert count(Decoder(FULL, artifacts=False)) == pytest.approx(24e6, rel=0.02)
    assert count(Decoder(FULL, artifacts=True)) == pytest.approx(24e6, rel=0.02)
    assert count(artifact_encoder(FULL)) == pytest.approx(25.1e6 / 4, rel=0.01)


def test_encoders_halve_the_size_and_double_the_channels() -> None:
    pyramid = colour_encoder(preset("small"))(torch.rand(2, 3, 32, 48))
    shapes = {scale: tuple(features.shape[1:]) for scale, features in pyramid.items()}
    assert shapes == {1: (3, 32, 48), 2: (16, 16, 24), 4: (32, 8, 12), 8: (64, 4, 6), 16: (128, 2, 3)}
    assert structure_encoder(preset("small"))(torch.rand(1, 1, 32, 48))[16].shape == (1, 128, 2, 3)
    assert artifact_encoder(preset("small"))(torch.rand(1, 3, 32, 48))[16].shape == (1, 64, 2, 3)


def test_four_layers_of_four_blocks_with_strides_1_2_2_2() -> None:
    encoder = colour_encoder(FULL)
    for layer, stride, outputs in zip(
        (encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4), (1, 2, 2, 2), (64, 128, 256, 512), strict=True
    ):
        first, *rest = layer
        assert (first.conv1.stride, first.conv3.stride, first.conv3.kernel_size) == ((stride,) * 2,) * 2 + ((3, 3),)
        assert len(rest) == 3
        assert all(isinstance(block.conv3, nn.Identity) for block in rest)
        assert rest[-1].conv2.out_channels == outputs


def test_a_residual_block_is_its_formula() -> None:
    torch.manual_seed(0)
    block = ResidualBlock(3, 4, "instance", stride=2)
    x = torch.rand(1, 3, 8, 8)
    main = block.norm2(block.conv2(block.norm1(block.conv1(x)).clamp(min=0)))
    torch.testing.assert_close(block(x), (main + block.conv3(x)).clamp(min=0))


def test_the_colour_encoder_keeps_mean_colour_where_an_instance_norm_would_erase_it() -> None:
    torch.manual_seed(0)
    image = torch.rand(1, 3, 32, 32)
    apart = {}
    for norm in ("none", "instance"):
        encoder = colour_encoder(preset("tiny", colour_norm=norm))
        apart[norm] = float((encoder(image)[2] - encoder(0.5 * image)[2]).detach().abs().max())
    assert apart["none"] > 0.01
    assert apart["instance"] < 0.001


def codes(config: Config, batch: int = 1) -> dict[str, Any]:
    low = torch.rand(batch, 3, 32, 48)
    return {
        "colour": colour_encoder(config)(low),
        "structure": structure_encoder(config)(torch.rand(batch, 1, 32, 48)),
        "artifact": artifact_encoder(config)(low),
    }


@pytest.mark.parametrize("artifacts", [False, True])
def test_decoders_use_the_skips_they_are_given_and_no_others(artifacts: bool) -> None:
    torch.manual_seed(0)
    config = preset("tiny", output="image", colour_skips=(8,), structure_skips=(2, 4, 8))
    decoder = Decoder(config, artifacts)
    given = codes(config)
    made = decoder(given)
    assert made.shape == (1, 3, 32, 48)
    assert made.std() > 0
    used = {"colour": {8, 16}, "structure": {2, 4, 8, 16}, "artifact": {4, 8, 16} if artifacts else set()}
    for name, scales in used.items():
        for scale in (1, 2, 4, 8, 16):
            other = {**given, name: {**given[name], scale: given[name][scale] + 1}}
            assert torch.equal(decoder(other), made) is (scale not in scales), (name, scale)


@pytest.mark.parametrize("output", ["colour", "guided"])
def test_an_untrained_decoder_changes_nothing(output: str) -> None:
    decoder = Decoder(preset("tiny", output=output), artifacts=False)
    assert not decoder(codes(preset("tiny"))).any()


def test_the_discriminator_has_six_convolutions_and_a_map() -> None:
    judge = Discriminator(64)
    convolutions = [module for module in judge.modules() if isinstance(module, nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [64, 128, 256, 512, 512, 1]
    assert {(m.kernel_size, m.stride, m.padding) for m in convolutions} == {((4, 4), (2, 2), (1, 1))}
    assert judge(torch.rand(1, 3, 224, 288)).shape == (1, 1, 3, 4)
    assert judge(torch.rand(2, 3, 64, 64)).shape == (2, 1, 1, 1)


def test_two_discriminators_share_nothing() -> None:
    judges = Discriminators(preset("tiny"))
    names = {id(parameter) for parameter in judges.parameters()}
    assert len(names) == len(list(judges.D_f.parameters())) + len(list(judges.D_d.parameters()))
