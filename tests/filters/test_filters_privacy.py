"""Privacy: precision and recall of each kind on invented samples; the value is never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import context, frame_of, record
from personal_samples import ABSENT, PRESENT

import filters
from configs.filters import KINDS, Kind, Privacy
from filters.personal import IBAN_LENGTHS, luhn, valid_iban
from filters.privacy import find_personal
from store.stages import STAGES

assert filters
SETTINGS = Privacy()
ADDRESS = "marta.kowalczyk@gmail.com"


def verdict(question: str, answer: str, quotes: tuple[str, ...] = (), **changes: object) -> dict:
    stage = STAGES["privacy"].make(Privacy(**changes), context())
    row = record("x", question, answer, quotes=quotes)
    row["sources"][0]["passage_id"] = "doc#0"
    return stage(frame_of([row])).verdicts.row(0, named=True)


@pytest.mark.parametrize("kind", KINDS)
def test_precision_and_recall_of_each_kind(kind: Kind) -> None:
    """All of the present and none of the absent, and nothing is taken for another kind."""
    assert len(PRESENT[kind]) >= 12
    assert len(ABSENT[kind]) >= 12
    found = {text: {find.kind for find in find_personal(text, SETTINGS)} for text in PRESENT[kind]}
    assert {text: kinds for text, kinds in found.items() if kinds != {kind}} == {}
    wrong = {text: list(find_personal(text, SETTINGS)) for text in ABSENT[kind]}
    assert {text: finds for text, finds in wrong.items() if finds} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_verdict_names_the_kind_and_hides_the_value(kind: Kind) -> None:
    for text in PRESENT[kind]:
        got = verdict("Whose is this?", text)
        assert (got["decision"], got["reason"]) == ("drop", kind)
        values = [find.value for find in find_personal(text, SETTINGS)]
        assert got["score"] == len(values) >= 1
        assert not any(value in got["detail"] or value[-4:] in got["detail"] for value in values)


def test_the_mask_of_an_address() -> None:
    assert verdict("Whose is this?", f"It is {ADDRESS}.")["detail"] == "e-mail m…@g…"


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_that_are_not_wanted_are_not_looked_for(kind: Kind) -> None:
    others = Privacy(kinds=tuple(other for other in KINDS if other != kind))
    assert not [text for text in PRESENT[kind] if list(find_personal(text, others))]


def test_questions_and_quotes_are_searched_too() -> None:
    assert verdict(f"Who is {ADDRESS}?", "A friend.")["reason"] == "email"
    assert verdict("Who is it?", "A friend.", (f"Mail {ADDRESS}",))["reason"] == "email"


def test_a_find_may_only_flag() -> None:
    assert verdict("Who is it?", ADDRESS, on_found="flag")["decision"] == "flag"


def test_what_the_source_passage_says_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    from store.corpus import Corpus, Passage

    public = Passage("doc#0", "doc", "doc", "", 0, 99, f"The author is {ADDRESS}, of Poland.")
    monkeypatch.setattr(Corpus, "passage", {"doc#0": public})
    got = verdict("Who wrote it?", ADDRESS)
    assert (got["decision"], got["reason"]) == ("flag", "email")
    assert got["detail"] == "e-mail m…@g…; stands in the source passage"
    assert verdict("Who wrote it?", ADDRESS, allow_in_corpus=False)["decision"] == "drop"
    both = verdict("Who wrote it?", f"{ADDRESS} and j.lund@posteo.de")
    assert (both["decision"], both["detail"]) == ("drop", "e-mail j…@p…")


def test_national_formats_are_those_of_the_regions() -> None:
    assert list(find_personal("Tel.: 030 90182034", Privacy(regions=("US",)))) == []
    assert list(find_personal("Tel.: +49 30 90182034", Privacy(regions=())))


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_and_finds_are_verbatim(text: str) -> None:
    assert all(find.value in text for find in find_personal(text, SETTINGS))


@given(st.sampled_from(sorted(IBAN_LENGTHS)), st.data())
def test_one_changed_digit_breaks_an_iban(country: str, data: st.DataObject) -> None:
    size = IBAN_LENGTHS[country] - 4
    account = data.draw(st.text("0123456789", min_size=size, max_size=size))
    whole = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    good = f"{country}{98 - int(whole) % 97:02}{account}"
    assert valid_iban(good)
    place = data.draw(st.integers(4, len(good) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != good[place]]))
    assert not valid_iban(f"{good[:place]}{other}{good[place + 1 :]}")


@given(st.text("0123456789", min_size=12, max_size=18))
def test_exactly_one_last_digit_satisfies_luhn(digits: str) -> None:
    assert sum(luhn(f"{digits}{last}") for last in "0123456789") == 1
