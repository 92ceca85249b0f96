"""Which GPUs a mask lets through, by CUDA's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.devices.mask import visible
from labpool.devices.nvml import Card

A = Card(uuid="GPU-aaaa1111-0", index=0, name="one")
B = Card(uuid="GPU-aaaa2222-0", index=1, name="two")
C = Card(uuid="GPU-cccc3333-0", index=2, name="three")
FIRST = Card(uuid="MIG-1", index=3, name="a", part_of="GPU-dddd", old_name="MIG-GPU-dddd/1/0")
SECOND = Card(uuid="MIG-2", index=3, name="b", part_of="GPU-dddd", old_name="MIG-GPU-dddd/2/0")
WHOLE = [A, B, C]
MACHINE = [*WHOLE, FIRST, SECOND]


@pytest.mark.parametrize(
    ("mask", "seen"),
    [
        (None, WHOLE),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("0", [A]),
        ("2,0", [C, A]),
        (" 2 , 0 ", [C, A]),
        ("1,7,0", [B]),  # what names nothing ends the list
        ("1,-1,0", [B]),
        ("0,0", []),  # CUDA takes none then
        ("GPU-cccc3333-0,GPU-aaaa1111-0", [C, A]),
        ("GPU-cccc", [C]),
        ("GPU-aaaa", []),  # two begin so
        ("GPU-aaaa2222-0,0", [B, A]),
        ("٠", []),  # a digit, but not to CUDA
        ("MIG-2", [SECOND]),
        ("MIG-GPU-dddd/2/0", [SECOND]),
        ("MIG-2,MIG-1", [SECOND]),  # a process sees one instance
        ("3", [FIRST]),
        ("0,MIG-1", [A]),
    ],
)
def test_a_mask_lets_through_what_cuda_shows(mask: str | None, seen: list[Card]) -> None:
    assert visible(MACHINE, mask) == seen


def test_without_a_mask_a_machine_of_instances_only_shows_the_first() -> None:
    assert visible([FIRST, SECOND], None) == [FIRST]
    assert visible([], None) == []


@given(st.lists(st.sampled_from(["0", "1", "2", "3", "9", "-1", "x", A.uuid, "GPU-", "MIG-1"])))
def test_nothing_is_there_twice_and_an_instance_is_alone(entries: list[str]) -> None:
    seen = visible(MACHINE, ",".join(entries))
    assert len(set(seen)) == len(seen)
    assert len(seen) == 1 or not any(card.part_of for card in seen)


@given(st.permutations(WHOLE), st.integers(0, 3))
def test_a_list_of_uuids_is_numbered_in_its_order(cards: list[Card], count: int) -> None:
    chosen = cards[:count]
    assert visible(MACHINE, ",".join(card.uuid for card in chosen)) == chosen
