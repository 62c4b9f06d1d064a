"""Views: which members they hold, and that a connection between views is one between those members."""

import numpy as np
import pytest

import eventsim as es

from .drawing import drawn, pairs

PICKS = {
    "index": 3,
    "negative index": -1,
    "slice": slice(2, 9, 3),
    "reversed slice": slice(None, None, -1),
    "list": [7, 0, 4],
    "negative list": [-1, -3],
    "array": np.array([9, 1, 5, 2], np.uint8),
    "mask": np.arange(10) % 3 == 0,
    "empty": [],
}


@pytest.fixture
def ten():
    net = es.Network()
    net.population(4, es.LIF(), name="before")
    return net.population(10, es.LIF(), name="ten")


@pytest.mark.parametrize("key", PICKS.values(), ids=PICKS.keys())
def test_a_view_holds_what_numpy_would_pick(ten, key):
    expected = np.atleast_1d(np.arange(10)[key if not isinstance(key, list) else np.array(key, int)])
    view = ten[key]
    assert view.index.tolist() == expected.tolist()
    assert view.addresses.tolist() == (4 + expected).tolist()
    assert view.addresses.dtype == np.int64
    assert len(view) == len(expected)


def test_a_view_of_a_view_counts_within_it(ten):
    view = ten[[8, 6, 4, 2]]
    assert view[1:3].index.tolist() == [6, 4]
    assert view[np.array([True, False, False, True])].index.tolist() == [8, 2]
    assert view[-1].population is ten


def test_iteration_ends(ten):
    assert [int(one.addresses[0]) for one in ten[2:5]] == [6, 7, 8]


@pytest.mark.parametrize(
    "key", [10, -11, [0, 10], "x", 1.5, None, True, ..., [[0, 1]], [0.5], slice("a", None), slice(None, None, 0), np.ones(9, bool), 2**70]
)
def test_what_is_no_index_is_refused(ten, key):
    with pytest.raises(es.errors.SelectionError, match="ten"):
        ten[key]


def test_a_member_twice_is_refused(ten):
    with pytest.raises(es.errors.SelectionError, match="member 3 2 times"):
        ten[[1, 3, 3]]


def test_get_and_set_go_by_the_order_of_the_view(ten):
    ten[[5, 1]].set(v=[-55.0, -51.0], tau_m=[5.0, 1.0])
    assert ten.get("v").tolist() == [-65.0, -51.0, -65.0, -65.0, -65.0, -55.0, -65.0, -65.0, -65.0, -65.0]
    assert ten[[1, 5, 0]].get("tau_m").tolist() == [1.0, 5.0, 20.0]


@pytest.mark.parametrize("pick_pre", PICKS.values(), ids=PICKS.keys())
@pytest.mark.parametrize("pick_post", [slice(None), [6, 2, 9], np.arange(10) < 4], ids=["all", "list", "mask"])
def test_all_to_all_between_views(pick_pre, pick_post):
    members = np.arange(10)
    pre = np.atleast_1d(members[pick_pre if not isinstance(pick_pre, list) else np.array(pick_pre, int)])
    post = members[pick_post]
    found = drawn(es.AllToAll(autapses=False), 10, same=True, pick_pre=pick_pre, pick_post=pick_post)
    assert pairs(found) == sorted((i, j) for i in pre for j in post if i != j)


def test_explicit_and_csr_count_within_the_views():
    found = drawn(es.Explicit([0, 2, 1], [1, 0, 1]), 10, 10, pick_pre=[9, 4, 7], pick_post=[3, 8])
    assert pairs(found) == [(4, 8), (7, 3), (9, 8)]
    found = drawn(es.CSR([0, 1, 1, 3], [1, 0, 1]), 10, 10, pick_pre=[9, 4, 7], pick_post=[3, 8])
    assert pairs(found) == [(7, 3), (7, 8), (9, 8)]


@pytest.mark.parametrize("rule", [es.FixedProbability(0.5), es.FixedInDegree(6), es.FixedOutDegree(6), es.FixedTotalNumber(40)], ids=repr)
def test_random_rules_stay_within_the_views(rule):
    pick_pre, pick_post = [8, 1, 5, 2, 0], [9, 0, 3, 4]
    found = drawn(rule, 10, same=True, pick_pre=pick_pre, pick_post=pick_post)
    assert len(found) > 3
    assert set(found["pre"].tolist()) <= set(pick_pre)
    assert set(found["post"].tolist()) <= set(pick_post)


@pytest.mark.parametrize(
    "rule", [es.FixedInDegree(4, False, False), es.FixedOutDegree(3, False, False), es.FixedTotalNumber(18, False, False)], ids=repr
)
def test_autapses_between_overlapping_views_are_left_out(rule):
    # 5 pre, 4 post, of which 0 is shared: at most 19 pairs without the autapse.
    found = drawn(rule, 10, same=True, pick_pre=[8, 1, 5, 2, 0], pick_post=[9, 0, 3, 4])
    assert len(found) in (16, 15, 18)
    assert len(set(pairs(found))) == len(found)
    assert (0, 0) not in pairs(found)


def test_the_same_members_in_another_order_get_the_same_values_by_place():
    weight = np.arange(6.0).reshape(2, 3)
    a = drawn(es.AllToAll(), 5, 5, pick_pre=[4, 1], pick_post=[0, 2, 3], weight=weight)
    b = drawn(es.AllToAll(), 5, 5, pick_pre=[1, 4], pick_post=[3, 2, 0], weight=weight[::-1, ::-1])
    assert len(a) == 6
    assert (a == b).all()
