"""What an entailment model may change, and what stands whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import verifiers
from configs.documents import Chunking
from configs.errors import ConfigError, TeacherUnavailable
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.records import RECORDS, frame
from store.stages import STAGES, Context, Entailed, Judged, Pair
from verifiers.calibration import Calibration, save_calibration
from verifiers.claims import Claim
from verifiers.second_opinion import second_opinions, undecided
from verifiers.verdicts import Checked, Decided

assert verifiers
TEXT = "# Grey Lake\n\nThe Grey Lake covers 310 square kilometres. Its water is drawn by a pump.\n"
MODEL = {"kind": "cross-encoder", "model": "some/model"}
WIDTH = 8
HALF = Calibration("isotonic", 200, scores=(0.0, 1.0), probabilities=(0.0, 0.5))


class Model:
    """Answers by what a claim has in it, and notes what it is asked."""

    def __init__(self, **answers: Entailed) -> None:
        self.answers, self.calls = answers, list[list[Pair]]()

    def __call__(self, pairs: Sequence[Pair]) -> list[Entailed]:
        self.calls.append([*pairs])
        return [
            next((a for word, a in self.answers.items() if word in p.claim), Entailed(0.1, 0.1))
            for p in pairs
        ]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    document = Document("lake.md", "Grey Lake", TEXT)
    return Corpus((document,), tuple(cut(document, Chunking())))


def judge(corpus: Corpus, model: Model | None, answers: Sequence[str], **settings: Any) -> Judged:
    passage = corpus.passages[0]
    source = {"document_id": "lake.md", "passage_id": passage.id, "title": "", "start": 0}
    source |= {"end": 1, "sha256": passage.sha256}
    blank = dict.fromkeys(RECORDS.names)
    rows = [
        {
            **blank,
            "id": f"r{i}",
            "question": "What of it?",
            "answer": a,
            "quotes": [],
            "sources": [source],
        }
        for i, a in enumerate(answers)
    ]
    unit = np.full((len(rows), WIDTH), WIDTH**-0.5, np.float32)
    column = pl.Series("embedding", unit, dtype=pl.Array(pl.Float32, WIDTH))
    records = frame(rows, RECORDS).with_columns(column)
    context = Context(corpus, np.full((len(corpus.passages), WIDTH), WIDTH**-0.5, np.float32))
    stage = STAGES["grounding"].make(
        Grounding(**{"entailment": MODEL, **settings}), replace(context, entail=model)
    )
    return stage(records)


def reasons(judged: Judged) -> list[str]:
    return judged.verdicts["reason"].to_list()


def test_a_model_decides_what_wording_alone_decided(corpus: Corpus) -> None:
    model = Model(
        always=Entailed(0.01, 0.98, "never, not always"),
        undrinkable=Entailed(0.9, 0.02),
        ferries=Entailed(0.3, 0.2),
    )
    answers = [
        "Its water is always safe to drink.",
        "Visitors find it undrinkable by any measure.",
        "It has ferries on most days.",
    ]
    judged = judge(corpus, model, answers)
    assert reasons(judged) == ["contradicted", "", "unsupported"]
    assert judged.evidence["rule"].to_list() == ["entailment"] * 3
    assert judged.evidence["verdict"].to_list() == ["contradicted", "supported", "not_found"]
    assert judged.evidence["score"].to_list() == pytest.approx([0.01, 0.9, 0.3])
    assert "never, not always" in judged.evidence["detail"][0]


def test_the_model_is_asked_once_for_all_records_and_sees_the_whole_passage(corpus: Corpus) -> None:
    model = Model()
    judge(corpus, model, ["Its water is safe to drink.", "It is deep. Nobody swims in it at all."])
    (asked,) = model.calls
    assert {pair.evidence for pair in asked} == {f"Grey Lake\n{corpus.passages[0].text}"}
    # A claim of few words is read with its question.
    assert "What of it? It is deep." in {pair.claim for pair in asked}


def test_exact_verdicts_stand_whatever_a_model_says(corpus: Corpus) -> None:
    model = Model(lake=Entailed(0.99, 0.0), Lake=Entailed(0.99, 0.0))
    answers = [
        "The Grey Lake covers 320 square kilometres.",
        "The Grey Lake covers 310 square kilometres.",
        'Its sign says "swim in the lake at your own risk".',
    ]
    judged = judge(corpus, model, answers)
    assert reasons(judged) == ["contradicted", "", "missing_quote"]
    assert "entailment" not in set(judged.evidence["rule"])
    assert not model.calls


def test_nothing_is_asked_on_records_that_exact_checks_drop(corpus: Corpus) -> None:
    model = Model(swans=Entailed(0.9))
    wrong = "The Grey Lake covers 320 square kilometres."
    answers = [
        f"{wrong} Whole flocks of swans winter near it.",
        "Whole flocks of swans rest there.",
    ]
    judged = judge(corpus, model, answers)
    assert reasons(judged) == ["contradicted", ""]
    assert [pair.claim for (pair,) in model.calls] == [answers[1]]
    flagged = judge(corpus, model, answers, policy={"contradicted": "flag"})
    assert flagged.verdicts["decision"].to_list() == ["flag", "keep"]
    assert len(model.calls[-1]) == 2


def test_no_answer_is_no_pass(corpus: Corpus) -> None:
    model = Model(drink=Entailed(None, said="the model gave a score that is no number"))
    answers = ["Its water is never safe to drink by anyone.", "Swans like it very much indeed."]
    judged = judge(corpus, model, answers, policy={"max_not_found": 1.0})
    assert reasons(judged) == ["error", ""]
    assert judged.verdicts["decision"].to_list() == ["drop", "keep"]
    assert "no number" in judged.verdicts["detail"][0]
    assert judged.evidence["verdict"][0] == "not_found"
    assert judged.evidence["rule"][0] == "entailment"


def test_a_row_that_cannot_be_checked_is_an_error_beside_rows_that_are_judged(
    corpus: Corpus,
) -> None:
    model = Model(undrinkable=Entailed(0.9))
    answers: list[Any] = [None, "Visitors find it undrinkable by any measure."]
    judged = judge(corpus, model, answers)
    assert reasons(judged) == ["error", ""]
    assert "Error" in judged.verdicts["detail"][0]


def test_a_teacher_that_is_down_ends_the_stage(corpus: Corpus) -> None:
    def down(_pairs: Sequence[Pair]) -> list[Entailed]:
        raise TeacherUnavailable("gone")

    with pytest.raises(TeacherUnavailable):
        judge(corpus, down, ["Visitors find it undrinkable by any measure."])  # type: ignore[arg-type]


def test_without_a_model_a_recipe_that_wants_one_is_refused(corpus: Corpus) -> None:
    with pytest.raises(ConfigError, match="entailment"):
        judge(corpus, None, [])
    assert reasons(judge(corpus, None, ["Its water is drawn by a pump."], entailment=None)) == [""]


def opinion(corpus: Corpus, item: Checked, answer: Entailed, **how: Any) -> Decided:
    (found,) = second_opinions([("", [item])], corpus, lambda _: [answer], 0.5, **how)
    return found.checked[0].decided


def wording(corpus: Corpus, verdict: Any = "not_found", **claim: Any) -> Checked:
    passage = corpus.passages[0]
    decided = Decided(verdict, "wording", 0.4, "", passage.document_id, passage.id, 3, 9)
    return Checked(Claim("Its water is good to drink always", 0, 9, **claim), decided)


def test_what_is_called_false_is_right_where_the_model_contradicts_it(corpus: Corpus) -> None:
    denied = wording(corpus, holds=False)
    assert opinion(corpus, denied, Entailed(0.1, 0.8)).verdict == "supported"
    assert opinion(corpus, denied, Entailed(0.1, 0.8)).score == pytest.approx(0.8)
    assert opinion(corpus, denied, Entailed(0.9, 0.1)).verdict == "contradicted"
    assert opinion(corpus, denied, Entailed(0.1)).verdict == "not_found"


def test_the_threshold_is_on_the_calibrated_probability(corpus: Corpus) -> None:
    item, answer = wording(corpus), Entailed(0.8, 0.0)
    assert opinion(corpus, item, answer).verdict == "supported"
    found = opinion(corpus, item, answer, worth=HALF)
    assert (found.verdict, found.score) == ("not_found", pytest.approx(0.4))
    assert found.uncalibrated == 0.8
    low = opinion(corpus, item, answer, worth=replace(HALF, threshold=0.3))
    assert (low.verdict, low.score) == ("supported", pytest.approx(0.4))
    # Of what contradicts a calibration says nothing.
    against = opinion(corpus, item, Entailed(0.1, 0.4), worth=replace(HALF, threshold=0.3))
    assert against.verdict == "not_found"


def test_what_is_undecided(corpus: Corpus) -> None:
    assert undecided(wording(corpus)) and undecided(wording(corpus, "supported"))
    assert not undecided(wording(corpus, absent=True))
    for rule in ("quote", "verbatim", "default", "quantity", "no_evidence"):
        item = wording(corpus)
        assert not undecided(replace(item, decided=replace(item.decided, rule=rule)))
    bare = replace(wording(corpus), decided=Decided("not_found", "wording", 0.0))
    assert not undecided(bare)


@given(data=st.data())
def test_only_what_is_undecided_is_asked_and_changed(corpus: Corpus, data: st.DataObject) -> None:
    rules = st.sampled_from(["wording", "wording", "quote", "quantity", "no_evidence", "api"])
    verdicts = st.sampled_from(["supported", "contradicted", "not_found", "stale"])
    share = st.none() | st.floats(0, 1)
    item = st.builds(
        lambda rule, verdict, holds, absent: replace(
            wording(corpus, verdict, holds=holds, absent=absent),
            decided=replace(wording(corpus, verdict).decided, rule=rule),
        ),
        *(rules, verdicts, st.booleans(), st.booleans()),
    )
    records = data.draw(
        st.lists(st.tuples(st.just("Why?"), st.lists(item, max_size=4)), max_size=4)
    )
    asked = [one for _, checked in records for one in checked if undecided(one)]
    answers = [Entailed(data.draw(share), data.draw(share), "so") for _ in asked]
    given_: list[Pair] = []

    def entail(pairs: Sequence[Pair]) -> list[Entailed]:
        given_.extend(pairs)
        return answers

    found = second_opinions(records, corpus, entail, 0.5)
    assert len(given_) == len(asked) and len(found) == len(records)
    left = iter(answers)
    for (_, before), after in zip(records, found, strict=True):
        own = [next(left) for one in before if undecided(one)]
        assert bool(after.unanswered) == any(answer.supported is None for answer in own)
        assert [one.claim for one in after.checked] == [one.claim for one in before]
        for one, other in zip(before, after.checked, strict=True):
            assert (one == other) == (not undecided(one))
            assert 0 <= other.decided.score <= 1


def test_a_calibration_makes_scores_of_wording_probabilities(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(
        Calibration("isotonic", 200, scores=(0.0, 1.0), probabilities=(0.2, 0.6)), path
    )
    answers = [
        "The Grey Lake covers 310 square kilometres.",
        "Its water is safe to drink for swans.",
    ]
    plain = judge(corpus, None, answers, entailment=None)
    weighed = judge(corpus, None, answers, entailment=None, calibration=str(path))
    assert weighed.verdicts.equals(plain.verdicts)
    before, after = plain.evidence["score"].to_list(), weighed.evidence["score"].to_list()
    assert plain.evidence["rule"].to_list() == ["verbatim", "wording"]
    assert after == pytest.approx([before[0], 0.2 + 0.4 * before[1]])
    model = Model(undrinkable=Entailed(0.9))
    (answer,) = ["Visitors find it undrinkable by any measure."]
    judged = judge(corpus, model, [answer], calibration=str(path))
    assert judged.evidence["score"].to_list() == pytest.approx([0.2 + 0.4 * 0.9])
