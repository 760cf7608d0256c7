"""EN-11: ten thousand events of one moment, read by sevens, stopped anywhere and resumed."""

from random import Random

from adapters.projector import Projector
from tests.adapters.trials import Totals, commit, paid
from tests.cases import engine
from tests.places import Place

MANY = 10_000


def test_events_of_one_transaction_are_all_given_by_small_pages(place: Place) -> None:
    url = place()
    store = engine.new(url)
    store.write(commit("much", *[(f"case:{at % 10}", paid(at)) for at in range(MANY)]))
    assert len({one.recorded_at for one in store.page(0, MANY)}) == 1
    random = Random(11)
    amounts: list[int] = []
    after = 0
    projector = Projector(store, [Totals()])
    while page := store.page(after, 7):
        amounts += [one.event.amount for one in page]  # type: ignore[attr-defined]
        after = page[-1].position
        if random.random() < 0.02:
            store.close()
            store = engine.again(url)
            projector = Projector(store, [Totals()])
            for _ in range(random.randint(1, 5)):
                projector.step(7)
            assert sum(engine.totals(store).values()) == projector.position("totals")
    assert amounts == list(range(MANY))
    projector.catch_up()
    assert engine.totals(store) == {"Paid": MANY}
