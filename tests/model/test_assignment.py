"""Which shots train and which test: no scene does both, no shot is dark and lit, and nothing is lost without need."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.errors import UsageMistake
from nirecap.model.assignment import for_testing, for_training
from nirecap.model.shots import Shot, fingerprint, fingerprint_of_maps
from nirecap.vocabulary import Plan, Role

from .shot_lists import listed

SHOTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(list(Plan)), st.sampled_from([None, "train", "test", "val"])),
    max_size=12,
).map(lambda drawn: [listed(f"n/{number}", *facts) for number, facts in enumerate(drawn)])


def names(shots: list[Shot]) -> list[str]:
    return [shot.name for shot in shots]


@given(SHOTS)
def test_no_scene_trains_and_tests_and_no_shot_is_dark_and_lit(shots: list[Shot]) -> None:
    (dark, lit), test = for_training(shots), for_testing(shots)
    assert not {shot.scene for shot in [*dark, *lit]} & {shot.scene for shot in test}
    assert not {*names(dark)} & {*names(lit)}
    marked = {shot.scene for shot in shots if shot.split in ("test", "val")}
    assert not marked & {shot.scene for shot in [*dark, *lit]}
    assert all(set(shot.pictures) == {Role.LOW, Role.NIRE} for shot in dark)
    assert all(set(shot.pictures) == {Role.REFERENCE, Role.REFERENCE_NIRE} for shot in lit)
    assert all(set(shot.pictures) == {Role.LOW, Role.NIRE, Role.REFERENCE} for shot in test)


@given(SHOTS)
def test_every_shot_of_a_training_scene_is_used(shots: list[Shot]) -> None:
    dark, lit = for_training(shots)
    test = {shot.scene for shot in shots if shot.split in ("test", "val")}
    if not test:
        test = {shot.scene for shot in shots if shot.plan is Plan.TRIPLET}
        test -= {shot.scene for shot in shots if shot.split == "train"}
    assert {*names(dark), *names(lit)} == {shot.name for shot in shots if shot.scene not in test}


def test_pairs_and_references_train_and_triplets_test() -> None:
    shots = [listed("1", "a", Plan.PAIR), listed("2", "b", Plan.REFERENCE), listed("3", "c", Plan.TRIPLET)]
    dark, lit = for_training(shots)
    assert (names(dark), names(lit), names(for_testing(shots))) == (["1"], ["2"], ["3"])


def test_marks_win_over_plans() -> None:
    shots = [listed("1", "a", Plan.QUAD, "test"), listed("2", "b", Plan.TRIPLET), listed("3", "c", Plan.TRIPLET)]
    dark, lit = for_training(shots)
    assert names(for_testing(shots)) == ["1"]
    assert (names(dark), names(lit)) == (["2"], ["3"])
    assert lit[0].pictures[Role.REFERENCE_NIRE] == shots[2].pictures[Role.NIRE]  # no N_f was taken


def test_quads_of_a_scene_stay_together_where_there_are_others() -> None:
    shots = [listed(f"{scene}{number}", scene, Plan.QUAD) for number in range(3) for scene in "abcd"]
    dark, lit = for_training(shots)
    assert not {shot.scene for shot in dark} & {shot.scene for shot in lit}
    assert (len(dark), len(lit)) == (6, 6)
    assert lit[0].pictures[Role.REFERENCE_NIRE].name.endswith("reference_nire")


def test_maps_of_n_say_nothing_of_n_f() -> None:
    shots = [replace(listed(str(number), "a", plan), evidence=(b"map",)) for number, plan in enumerate(2 * [Plan.QUAD])]
    (dark,), (lit,) = for_training(shots)
    assert (dark.evidence, lit.evidence) == ((b"map",), ())
    (lit,) = for_training([replace(listed("2", "b", Plan.REFERENCE), evidence=(b"map",))])[1]
    assert lit.evidence == (b"map",)


def test_shots_of_one_scene_are_divided() -> None:
    dark, lit = for_training([listed(str(number), "a", Plan.QUAD) for number in range(5)])
    assert (names(dark), names(lit)) == (["0", "2", "4"], ["1", "3"])
    pairs = [listed(f"p{number}", "a", Plan.PAIR) for number in range(3)]
    dark, lit = for_training([*pairs, listed("q", "a", Plan.QUAD)])
    assert (len(dark), names(lit)) == (3, ["q"])


def test_quads_fill_the_side_that_is_short() -> None:
    pairs = [listed(f"p{number}", f"pair {number}", Plan.PAIR) for number in range(5)]
    dark, lit = for_training([*pairs, *(listed(f"q{number}", f"quad {number}", Plan.QUAD) for number in range(3))])
    assert (len(dark), names(lit)) == (5, ["q0", "q1", "q2"])


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(UsageMistake, match="split 'tset'; there are train and test"):
        for_training([listed("1", "a", Plan.PAIR, "tset")])


@given(SHOTS, st.randoms())
def test_fingerprint_depends_on_images_alone(shots: list[Shot], random: object) -> None:
    shuffled = [*shots]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    moved = [Shot(f"x{shot.name}", "elsewhere", Plan.QUAD, None, shot.pictures) for shot in shuffled]
    assert fingerprint(shots) == fingerprint(moved)
    if shots:
        spoilt = [replace(shots[0], evidence=(b"a map",)), *shots[1:]]
        assert fingerprint(spoilt) == fingerprint(shots)
        assert fingerprint_of_maps(spoilt) != fingerprint_of_maps(shots) == ""
        assert fingerprint(shots) != fingerprint(shots[1:])
        swapped = dict(zip(reversed(Role), shots[0].pictures.values(), strict=False))
        assert fingerprint(shots) != fingerprint([Shot("n/0", "a", Plan.PAIR, None, swapped), *shots[1:]])
