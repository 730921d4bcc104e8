"""Which scenes are tested on: by scene, for every camera, the same again, and where they were before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nirecap.dataset_card.leakage import Leakage, check_links
from nirecap.dataset_card.splits import TEST, TRAIN, Scene, assign_splits
from nirecap.errors import UsageMistake

NAMES = st.integers(0, 11).map("s{}".format)
SCENES = st.lists(
    st.builds(Scene, NAMES, st.sampled_from("ab"), st.booleans()), unique_by=lambda scene: scene.name, min_size=1
)
LINKS = st.lists(st.tuples(NAMES, NAMES), max_size=8)


def scenes(count: int, camera: str = "a", has_triplet: bool = True) -> list[Scene]:
    return [Scene(f"{camera}{number}", camera, has_triplet) for number in range(count)]


def drawn_of(splits: dict[str, str]) -> set[str]:
    return {name for name, split in splits.items() if split == TEST}


@pytest.mark.parametrize(("count", "share", "wanted"), [(1, 0.2, 0), (2, 0.2, 1), (10, 0.2, 2), (10, 0, 0), (9, 1, 9)])
def test_share_of_the_scenes_with_triplets(count: int, share: float, wanted: int) -> None:
    splits = assign_splits([*scenes(count), *scenes(20, "b", has_triplet=False)], [], {}, share, 0)
    assert len(drawn_of(splits)) == wanted
    assert all(name.startswith("a") for name in drawn_of(splits))


def test_every_camera_has_its_share() -> None:
    splits = assign_splits([*scenes(10, "a"), *scenes(10, "b"), *scenes(20, "c")], [], {}, 0.2, 5)
    assert [sum(name[0] == camera for name in drawn_of(splits)) for camera in "abc"] == [2, 2, 4]


def test_seeds_draw_differently() -> None:
    drawn = {frozenset(drawn_of(assign_splits(scenes(20), [], {}, 0.2, seed))) for seed in range(10)}
    assert len(drawn) > 5


@given(SCENES, LINKS, st.floats(0, 1), st.integers(0, 5))
def test_linked_scenes_go_together_in_any_order(
    some: list[Scene], links: list[tuple[str, str]], share: float, seed: int
) -> None:
    splits = assign_splits(some, links, {}, share, seed)
    assert splits.keys() == {scene.name for scene in some}
    check_links(links, splits)
    assert splits == assign_splits(some[::-1], [link[::-1] for link in links[::-1]], {}, share, seed)


@given(SCENES, SCENES, st.floats(0, 1))
def test_later_versions_leave_every_scene_where_it_was(old: list[Scene], more: list[Scene], share: float) -> None:
    before = assign_splits(old, [], {}, share, 0)
    new = [*old, *(scene for scene in more if scene.name not in before)]
    after = assign_splits(new, [], before, share, 0)
    assert {name: after[name] for name in before} == before


def test_new_scene_follows_what_it_repeats() -> None:
    before = {"a0": TEST, "a1": TRAIN}
    after = assign_splits(scenes(4), [("a2", "a0"), ("a3", "a1")], before, 0.5, 0)
    assert after == {"a0": TEST, "a1": TRAIN, "a2": TEST, "a3": TRAIN}


def test_link_through_a_scene_that_is_not_published_holds() -> None:
    for seed in range(8):
        splits = assign_splits(scenes(2), [("a0", "gone"), ("gone", "a1")], {}, 0.5, seed)
        assert splits["a0"] == splits["a1"]


def test_a_person_wins_over_the_version_before() -> None:
    wanted = [Scene("a0", "a", True, frozenset({TRAIN})), *scenes(3)[1:]]
    assert assign_splits(wanted, [], {"a0": TEST}, 0.3, 0)["a0"] == TRAIN


@pytest.mark.parametrize(
    ("wanted", "links", "earlier", "said"),
    [
        ({"a0": {TRAIN, TEST}}, [], {}, "scene 'a0' both in train and in test"),
        ({"a0": {TRAIN}, "a1": {TEST}}, [("a1", "a0")], {}, "scenes 'a0' and 'a1'"),
        ({}, [("a0", "a1")], {"a0": TRAIN, "a1": TEST}, "the last version has"),
        ({"a0": {"val"}}, [], {}, "'val'"),
    ],
)
def test_conflicts_are_named(
    wanted: dict[str, set[str]], links: list[tuple[str, str]], earlier: dict[str, str], said: str
) -> None:
    some = [Scene(scene.name, "a", True, frozenset(wanted.get(scene.name, ()))) for scene in scenes(3)]
    with pytest.raises(UsageMistake, match=said):
        assign_splits(some, links, earlier, 0.2, 0)


def test_torn_links_are_named() -> None:
    with pytest.raises(Leakage, match="'a' and 'b'"):
        check_links([("b", "a")], {"a": TRAIN, "b": TEST})
