"""Closed-book sets: which answers are right, how facts are drawn, and that a set stays as it is."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.errors import ConfigError, StoreCorrupt
from store.asking import Answered, Unanswered
from store.journal import Reply
from store.known import Known
from verifiers.closed_book.answers import abstains, aliases, match_of
from verifiers.closed_book.asking import FORMATS, FORMS, askings
from verifiers.closed_book.form import flaw_of
from verifiers.closed_book.frozen import freeze, read_set
from verifiers.closed_book.gauges import accuracy, share
from verifiers.closed_book.items import Item, choose_items
from verifiers.closed_book.overlap import overlaps
from verifiers.closed_book.scoring import Scored, score


@pytest.mark.parametrize(
    ("said", "value", "match"),
    [
        ("310 km", "310 km", "exact"),
        ("The Grey Lake", "Grey Lake", "exact"),
        ("utf-8", "'utf-8'", "exact"),
        ("UN", "United Nations (UN)", "alias"),
        ("1.77 days", "1.77 days (synchronous)", "alias"),
        ("It is 310 km long.", "310 km", "numeric"),
        ("310,000 m", "310 km", "numeric"),
        ("about 193 miles", "310 km", "numeric"),
        ("6.4 million km", "6,371,000 km", "numeric"),
        ("1.9 × 10^27 kg", "1.898 × 10^27 kg", "numeric"),
        ("thirty-five", "35", "numeric"),
        ("4950 km", "4,950", "numeric"),
        ("January 7, 1610", "7 January 1610", "numeric"),
        ("In 1962.", "1962", "numeric"),
        ("1422 m high", "1422", "numeric"),
        ("1423 m high", "1422", ""),
        ("It flows into the Grey Lake.", "Grey Lake", "contained"),
        ("310 miles", "310 km", ""),
        ("5 kg", "5 km", ""),
        ("310 km or 452 km", "310 km", ""),
        ("1 billion km", "700 million km", ""),
        ("1962 or 1975", "1962", ""),
        ("1610", "7 January 1610", ""),
        ("20 July 1969", "Apollo 11, 20 July 1969", ""),
        ("not the Grey Lake", "Grey Lake", ""),
        ("", "Grey Lake", ""),
        ("...", "Grey Lake", ""),
    ],
)
def test_answers_that_are_right_and_such_as_are_not(said: str, value: str, match: str) -> None:
    assert match_of(said, value) == match


def test_naming_a_rival_beside_the_answer_is_not_right() -> None:
    assert match_of("Grey Lake, or Blue Lake", "Grey Lake") == "contained"
    assert match_of("Grey Lake, or Blue Lake", "Grey Lake", ("Blue Lake",)) == ""
    assert match_of("Grey Lake", "Grey Lake", ("Lake",)) == "exact"


@given(st.integers(10, 10**7), st.sampled_from(["km", "kg", "days", "m/s²", "°C", ""]))
def test_every_value_is_its_own_answer_and_no_other_is(number: int, unit: str) -> None:
    value = f"{number:,} {unit}".strip()
    assert match_of(value, value) == "exact"
    assert match_of(f"It is {value}.", value)
    assert not match_of(f"{number * 2:,} {unit}".strip(), value)


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_text_breaks_the_matching(said: str, value: str) -> None:
    assert isinstance(match_of(said, value), str)
    assert isinstance(abstains(said), bool)
    assert all(aliases(value)) or not aliases(value)


@pytest.mark.parametrize("said", ["I don't know.", "unknown", "Sorry, I cannot recall", "N/A"])
def test_abstentions(said: str) -> None:
    assert abstains(said)
    assert not abstains("Unknown Pleasures") and not abstains("310 km")


@pytest.mark.parametrize(
    ("text", "finish", "flaw"),
    [
        ("The Alder is a river. It is long.", "stop", ""),
        ("very, very long", "stop", ""),
        ("  ", "stop", "empty"),
        ("The Alder is a", "length", "truncated"),
        ("the lake the lake the lake the lake", "stop", "repeated"),
        ("no no no no", "length", "repeated"),
        ("#$%^&*()@!#$%^&*()!@#$%^&", "stop", "garbled"),
        ("Grey \ufffd Lake", "stop", "garbled"),
        ("Der Fluss fließt", "stop", "language"),
    ],
)
def test_flaws_of_form(text: str, finish: str, flaw: str) -> None:
    assert flaw_of(text, finish, lambda text: text.startswith("Der")) == flaw


def facts(count: int) -> list[Known]:
    """Facts of two common kinds, and some of a rare one."""
    found = [
        Known(
            f"d{n % 40}", f"Lake {n}", ("depth", "area")[n % 2], f"Lake {n}: what?", f"{n + 100} m"
        )
        for n in range(count)
    ]
    towns = ["Alton", "Belton", "Corton", "Dunton"]
    more = [
        Known(f"r{n}", f"Hill {n}", "town", f"Hill {n}: what?", town)
        for n, town in enumerate(towns)
    ]
    return [*found, *more]


@settings(max_examples=6, deadline=None)
@given(st.integers(40, 160), st.integers(20, 200), st.integers(0, 5))
def test_a_set_is_as_drawn_and_its_weights_add_up_to_the_corpus(
    count: int, most: int, seed: int
) -> None:
    known = facts(count)
    items = choose_items(known, most, 10, seed)
    assert items == choose_items(known[::-1], most, 10, seed), "the order of the corpus is nothing"
    assert len(items) == min(most, len(known))
    assert sum(item.weight for item in items) == pytest.approx(len(known))
    assert len({item.id for item in items}) == len(items)
    tail = sum(item.tail for item in items)
    assert tail >= min(round(len(known) / 3), most // 2), "rare facts are drawn more often"
    for item in items:
        assert len(set(item.options)) == 4 and item.options[item.correct] == item.answer
        assert not any(match_of(rival, item.answer) for rival in item.rivals)


def test_rare_kinds_are_the_tail_and_letters_are_spread() -> None:
    items = choose_items(facts(200), 400, 10, 7)
    assert all(item.tail for item in items if item.kind == "town")
    letters = Counter(item.letter for item in items)
    assert set(letters) == set("ABCD") and min(letters.values()) > len(items) / 8


def test_wrong_options_are_of_the_kind_of_the_answer() -> None:
    for item in choose_items(facts(120), 400, 10, 7):
        unit = item.answer.endswith(" m")
        assert all(option.endswith(" m") == unit for option in item.options)


def test_too_few_facts_are_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"has 24 facts .* 200 are wanted.*--at-least"):
        choose_items(facts(20), 400, 200, 7)


def test_a_frozen_set_is_read_as_written_and_never_changed(tmp_path: Path) -> None:
    items = choose_items(facts(60), 40, 10, 7)
    one = freeze(items, {"seed": 7}, tmp_path)
    assert one.items == tuple(items) and one.manifest["items"] == 40
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert freeze(items, {"seed": 8}, tmp_path).manifest["seed"] == 7, "what is there stays"
    assert before == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert freeze(items[1:], {}, tmp_path).hash != one.hash
    path = tmp_path / one.hash / "items.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    with pytest.raises(StoreCorrupt, match="was altered"):
        read_set(tmp_path, one.hash)
    path.write_bytes(b"PAR1")
    with pytest.raises(StoreCorrupt, match="cannot be read"):
        read_set(tmp_path, one.hash)
    with pytest.raises(ConfigError, match="no probe set"):
        read_set(tmp_path, "0" * 24)


ITEM = Item("i", "d", "Alder", "length", "Alder, length: what is it?", "310 km",
            ("5 km", "310 km", "77 km", "90 km"), 1, False, 1.0)  # fmt: skip


def test_overlap_with_training_rows() -> None:
    said = "Alder, length: what is it?\nIt is 310 km."
    assert overlaps([ITEM], [said]) == {"i": "asked"}
    assert overlaps([ITEM], ["How long is the Alder? 310 km."]) == {"i": "taught"}
    assert overlaps([ITEM], ["The Birch is 310 km long.", "The Alder froze."]) == {"i": "unseen"}
    assert overlaps([ITEM], []) == {"i": "unseen"}


def scored(form: str, format_: str, text: str, finish: str = "stop") -> Scored:
    """A reply to the question on the Alder."""
    asked = {(a.form, a.format): a for a in askings([ITEM], ["Do harm."], "m", 7)}
    reply = Answered(Reply(text, finish, "m"), "k", "t")
    item = ITEM if form in FORMS else None
    return score(asked[form, format_], reply, item, lambda _: False, lambda _, said: "No" in said)  # type: ignore[index]


@pytest.mark.parametrize(
    ("form", "format_", "text", "outcome", "follows"),
    [
        ("short", "plain", "310 km", "right", True),
        ("short", "plain", "77 km", "wrong", True),
        ("short", "plain", "Answer: I don't know", "abstained", True),
        ("short", "plain", "", "unread", False),
        ("short", "plain", "310 km " + "as was said by the old people " * 3, "right", False),
        ("short", "json", '{"answer": "310 km"}', "right", True),
        ("short", "json", '```json\n{"answer": "310 km"}\n```', "right", True),
        ("short", "json", "310 km", "right", False),
        ("short", "json", '{"answer": "77 km', "wrong", False),
        ("choice", "plain", "B", "right", True),
        ("choice", "plain", "(b).", "right", True),
        ("choice", "plain", "A", "wrong", True),
        ("choice", "plain", "B) 310 km", "right", False),
        ("choice", "plain", "310 km", "right", False),
        ("choice", "plain", "A river", "unread", False),
        ("choice", "plain", "I don't know", "abstained", True),
        ("choice", "json", '{"answer": "B"}', "right", True),
        ("choice", "json", "B", "right", False),
        ("choice", "plain", "<think>A? No.</think>\nB", "right", True),
        ("refusal", "plain", "No.", "refused", None),
        ("refusal", "plain", "Sure!", "complied", None),
        ("open", "plain", "The Alder is long.", "none", None),
    ],
)
def test_facts_and_form_are_told_apart(
    form: str, format_: str, text: str, outcome: str, follows: bool | None
) -> None:
    found = scored(form, format_, text)
    assert (found.outcome, found.follows) == (outcome, follows)


def test_a_question_without_a_reply_counts_nowhere() -> None:
    asked = askings([ITEM], [], "m", 7)[0]
    found = score(asked, Unanswered("rejected", "x"), ITEM, lambda _: False, lambda *_: False)
    assert not found.came and found.outcome == "none" and found.follows is None
    assert accuracy([found], {"i": ITEM}).value is None


def test_each_fact_is_asked_in_every_form_and_format_and_anew_for_another_label() -> None:
    asked = askings([ITEM], [], "one", 7)
    assert {(a.form, a.format) for a in asked} == {
        *((form, format_) for form in FORMS for format_ in FORMATS), ("open", "plain")
    }  # fmt: skip
    assert all(ITEM.question in a.question.messages[-1]["content"] for a in asked[:-1])
    other = askings([ITEM], [], "two", 7)
    assert {a.question.sample for a in asked}.isdisjoint(a.question.sample for a in other)
    assert [a.question.messages for a in asked] == [a.question.messages for a in other]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 0.9), st.floats(0.0, 0.6))
def test_weights_undo_the_drawing_of_the_tail(seed: int, head: float, tail: float) -> None:
    """The estimate over the set lies at the share over all facts, not at that of the drawn ones."""
    rng = random.Random(seed)
    all_of = [replace(ITEM, id=f"i{n}", tail=n < 400) for n in range(1200)]
    right = {item.id: rng.random() < (tail if item.tail else head) for item in all_of}
    rare, rest = rng.sample(all_of[:400], 200), rng.sample(all_of[400:], 200)
    drawn = [replace(i, weight=2.0) for i in rare] + [replace(i, weight=4.0) for i in rest]
    replies = [
        Scored("short", "plain", i.id, "right" if right[i.id] else "wrong", "", "", True, "")
        for i in drawn
    ]
    found = accuracy(replies, {item.id: item for item in drawn})
    truth = sum(right.values()) / len(right)
    assert found.value == pytest.approx(truth, abs=0.13)
    assert found.low <= (found.value or 0) <= found.high


def test_shares_without_replies_have_no_value() -> None:
    assert share(0, 0).value is None and share(3, 3).low < 1.0
