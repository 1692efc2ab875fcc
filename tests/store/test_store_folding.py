from __future__ import annotations

from datetime import date

from store.corpus import Document, LeftOut
from store.reading.folding import fold


def test_the_first_of_those_that_say_the_same_stays() -> None:
    a, b = Document("a", "A", "Ana is deep.\n"), Document("b", "B", "Ana is\n\n deep.")
    c = Document("c", "C", "Ana is 12 m deep.")
    assert fold([a, b, c]) == ([a, c], [LeftOut("b", ": says the same as a")])


def test_the_same_text_of_another_time_says_something_else() -> None:
    a = Document("a", "A", "Ana is deep.", valid_from=date(2020, 1, 1))
    b = Document("b", "B", "Ana is deep.", valid_from=date(2021, 1, 1))
    assert fold([a, b]) == ([a, b], [])


def test_empty_texts_are_not_twins_and_ids_given_twice_are_left_to_be_told() -> None:
    a, b = Document("a", "A", ""), Document("b", "B", " ")
    assert fold([a, b, a]) == ([a, b, a], [])
