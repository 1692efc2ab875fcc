from __future__ import annotations

import math

import pytest
from messy_messages import lowered, sample, spoilt, with_typo, without_end

from store.user_inputs import InputProfile
from verifiers.realism import compared, distances, profiles_of, real_or_not, tell_apart
from verifiers.realism.discriminator import masked
from verifiers.realism.distances import distance


def test_the_distance_is_the_root_of_the_divergence_in_bits() -> None:
    one, two = {"a": 0.5, "b": 0.5}, {"a": 1.0}
    divergence = 0.5 * (0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) + 0.5 * (
        math.log2(1 / 0.75)
    )
    assert distance(one, two) == pytest.approx(math.sqrt(divergence))
    assert distance(one, dict(one)) == 0.0
    assert distance({"a": 1.0}, {"b": 1.0}) == pytest.approx(1.0)
    assert distances(InputProfile(()), InputProfile(())) == {}


def test_far_is_told_from_chance_and_both_aucs_fall_when_forms_are_matched() -> None:
    messages = sample(240, 1)
    real, clean = messages[:120], messages[120:]
    real = spoilt(spoilt(real, 0.6, 1, lowered), 0.6, 1, without_end)
    matched = spoilt(spoilt(clean, 0.6, 2, lowered), 0.6, 2, without_end)
    profiles = profiles_of([real, clean, matched])
    far = {one.feature: one for one in compared(profiles[0], profiles[1])}
    assert far["casing"].is_over(0.15) and far["ending"].is_over(0.15)
    assert far["casing"].value > 0.5 > far["casing"].chance > 0
    assert not far["length"].is_over(0.15)
    assert not any(one.is_over(0.15) for one in compared(profiles[0], profiles[2]))

    told = tell_apart(real, clean, (profiles[0], profiles[1]))
    after = tell_apart(real, matched, (profiles[0], profiles[2]))
    assert told.form is not None and told.text is not None and told.each == 120
    assert after.form is not None and after.text is not None
    assert told.form > 0.8 and told.verdict in ("warn", "fail")
    assert after.form < 0.65 and after.text < told.text
    by_traits = [real_or_not(profiles[0], other) for other in profiles[1:]]
    assert by_traits[0] is not None and by_traits[1] is not None
    assert by_traits[0] > 0.8 > 0.65 > by_traits[1]
    again = tell_apart(real, clean, (profiles[0], profiles[1]))
    assert again == told


def test_equal_texts_are_not_learnt_by_heart() -> None:
    # Every text is on both sides, thrice: whoever has seen it in training knows nothing of it.
    texts = sample(60, 2) * 3
    same = profiles_of([texts, texts])
    told = tell_apart(texts, texts, (same[0], same[1]))
    assert told.text is not None and told.text == pytest.approx(0.5, abs=0.02)
    few = tell_apart(texts[:29], texts, (same[0], same[1]))
    assert few.text is None and few.verdict == "unknown"
    assert real_or_not(InputProfile(same[0].traits[:29]), same[1]) is None


def test_words_are_masked_but_not_what_surrounds_them() -> None:
    assert masked("Hi, NASA sent 12 probes... ok?? I am") == "Xx, XX x 9 x... x?? Xx x"


def test_estimated_typos_do_not_pass_all_messages() -> None:
    (all_wrong,) = profiles_of([spoilt(sample(80, 3), 1.0, 3, with_typo)])
    assert all_wrong.found < 1
    assert sum(all_wrong.shares["typos"].values()) == pytest.approx(1.0)
    assert all_wrong.shares["typos"].get("none", 0.0) < 0.05
