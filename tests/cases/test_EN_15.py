"""EN-15: an expected version beyond the end leaves no hole: it is refused."""

import pytest

from domain.ids import StreamId
from tests.adapters.trials import commit, paid
from tests.cases import engine
from tests.places import Place
from workflows.ports import Conflict


@pytest.mark.parametrize("ahead", [1, 5])
def test_an_append_beyond_the_end_is_refused_whole(place: Place, ahead: int) -> None:
    store = engine.new(place())
    store.write(commit("c1", ("case:1", paid(1))))
    with pytest.raises(Conflict) as caught:
        store.write(commit("c2", ("case:2", paid(2)), ("case:1", paid(3)), expected={"case:1": 1 + ahead}))
    assert caught.value.stream == "case:1"
    with pytest.raises(Conflict):
        store.write(commit("c3", ("case:3", paid(2)), expected={"case:3": ahead}))
    assert [(one.stream, one.version) for one in engine.rest(store, 0)] == [("case:1", 1)]
    assert store.answer(commit("c2").command) is None
    store.write(commit("c2", ("case:2", paid(2)), ("case:1", paid(3)), expected={"case:1": 1}))
    assert [one.version for one in store.load(StreamId("case:1"))] == [1, 2]
