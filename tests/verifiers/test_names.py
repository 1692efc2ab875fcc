"""Names of a claim in the evidence, and one name in the place of another."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.checks.entities import check_entities
from verifiers.checks.names import check_names, held_words, names
from verifiers.checks.readings import readings


def statuses(claim: str, evidence: str) -> list[str]:
    return [f.status for f in check_names(names(claim), held_words(evidence))]


def rivals(claim: str, evidence: str) -> list[str]:
    return [f.status for f in check_entities(readings(claim), readings(evidence))]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It was written by J. R. R. Tolkien.", "Tolkien wrote it."),
        ("It was written by Tolkien.", "J. R. R. Tolkien wrote it."),
        ("It was opened by Dr. Mary Holt.", "Mary Holt opened it."),
        ("It was opened by President Holt.", "HOLT opened it."),
        ("It is Holt's house.", "the house of Holt"),
        ("It joined the UN early.", "It joined the United Nations early."),
        ("It joined the United Nations early.", "It joined the UN early."),
        ("It joined the United Nations early.", "the U.N. and it"),
        ("It works with the World Health Organization.", "It works with the WHO."),
        ("It stars Penelope Cruz.", "Pe\u0301n\u00e9lope Cruz stars in it."),
        ("It crosses the Oresund.", "It crosses the \u00d8resund."),
        ("It lies in the Netherlands.", "in the Netherlands"),
        ("He met Charles de Gaulle there.", "Charles DE GAULLE met him."),
        ("It is in Stratford-upon-Avon.", "Stratford upon Avon"),
        ("It names a Charg\u00e9 d'Affaires.", "the Charg\u00e9 d'Affaires Holt"),
        ("It flew by with Voyager 2.", "Voyager 2 flew by."),
        ("It belonged to the Romans.", "a Roman camp"),
        ("It was in Hol\u00adland.", "Holland"),
    ],
)
def test_the_same_name_in_another_form_is_found(claim: str, evidence: str) -> None:
    assert set(statuses(claim, evidence)) == {"found"}


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It was written by Mary Holt.", "Mary Kern wrote it."),
        ("It flew by with Voyager 2.", "Voyager 1 flew by."),
        ("It joined the EU early.", "It joined the United Nations early."),
        ("Kern was its first head.", "The head of it."),
        ("Kern's was its first mill.", "a mill"),
        ("It was paid by P\u0430ypal.", "Paypal paid it."),
    ],
)
def test_another_name_is_missing(claim: str, evidence: str) -> None:
    assert "missing" in statuses(claim, evidence)


@pytest.mark.parametrize(
    "claim", ["He is small.", "Historically, it was small.", "There is a mill.", "Often used."]
)
def test_the_first_word_of_a_claim_is_no_name_by_its_capital(claim: str) -> None:
    assert names(claim) == []


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The film was directed by Mary Holt.", "The film was directed by John Kern."),
        ("The film was directed by Holt in Rome.", "The film was directed by Kern in Rome."),
        ("Holt covered the roof in copper.", "Kern covered the roof in copper."),
        ("The school stands in Oslo.", "The school stands in Bergen."),
        ("Holt defeated Kern in the final.", "Kern defeated Holt in the final."),
        ("The mill was founded by Holt.", "The mill was founded by Kern, a painter."),
        ("Arden was founded by Holt.", "Holt was founded by Arden."),
        ("Arden is larger than Holm.", "Holm is larger than Arden."),
    ],
)
def test_another_name_in_the_same_place_conflicts(claim: str, evidence: str) -> None:
    assert rivals(claim, evidence) == ["conflict"]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The film was directed by Mary Holt.", "The film was directed by Mary Holt."),
        ("The film was directed by Mary Holt.", "She directed the film."),
        ("Holt defeated Kern in the final.", "Kern was defeated by Holt in the final."),
        ("Kern was defeated by Holt.", "Holt defeated Kern."),
        ("Holt married Kern in Oslo.", "Kern married Holt in Oslo."),
        ("The film starred Mary Holt.", "The film starred John Kern and Ada Lind."),
        ("Tim Roth is an English actor.", "Timothy Roth is an English actor."),
        ("The treaty was signed by the UN.", "The treaty was signed by the United Nations."),
        ("Holt opened the mill in Oslo.", "He opened the mill in Oslo."),
        ("The film was not directed by Holt.", "The film was directed by Kern."),
        ("He played in the East - West Game.", "He played in the East-West Game."),
        ("The mill was built by Holt.", "Rain fell in Bergen."),
    ],
)
def test_no_conflict_where_nothing_is_exchanged(claim: str, evidence: str) -> None:
    assert rivals(claim, evidence) == []


WORDS = st.lists(
    st.sampled_from(
        "Holt Kern Mary the was by defeated and , . Oslo in film UN 2 of larger".split()
    ),
    max_size=14,
).map(" ".join)


@given(WORDS)
def test_a_text_has_all_of_its_own_names(text: str) -> None:
    assert set(statuses(text, text)) <= {"found"}


@pytest.mark.parametrize(
    "part", ["A", "Aa ", "A. ", "Aa de ", "Aa-", "A'", "a_", "`", "Aa of ", "Aa ed Bb ", "van "]
)  # fmt: skip
def test_long_monotonous_names_are_read_quickly(part: str) -> None:
    text = part * (40_000 // len(part))
    began = time.process_time()
    statuses(text, text)
    rivals(text, text)
    assert time.process_time() - began < 4
