"""Identifiers are read from texts and compared letter by letter."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.corpus import Corpus, Document
from verifiers.checks.identifiers import (
    IdentifierIndex,
    check_identifiers,
    identifiers,
)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Docket No. 12-345 was closed.", "case", "no.12345"),
        ("The court held in C-131/12 that", "case", "c131/12"),
        ("in C\u2011131/12 the court", "case", "c131/12"),
        ("as in 410 U.S. 113", "case", "410u.s.113"),
        ("under 42 U.S.C. § 1983.", "statute", "42usc§1983"),
        ("under § 1983", "statute", "§1983"),
        ("Section 230(c)(1) shields", "statute", "§230(c)(1)"),
        ("17 CFR 240.10b-5", "statute", "17cfr24010b5"),
        ("Art. 6 (1) GDPR allows", "statute", "art6(1)gdpr"),
        ("Article 6(1) GDPR allows", "statute", "art6(1)gdpr"),
        ("ISO 9001:2015", "standard", "iso9001:2015"),
        ("see RFC 9110.", "standard", "rfc9110"),
        ("see RFC-9110,", "standard", "rfc9110"),
        ("CVE-2024-1234", "CVE", "CVE-2024-1234"),
        ("the ATC code N02BE01", "code", "N02BE01"),
        ("ICD J45.909", "code", "J45.909"),
        ("error E1234:", "code", "E1234"),
        ("part AB-1234-X", "code", "AB1234X"),
        ("at 0xFF12", "hash", "0xff12"),
        ("commit deadbeef12", "hash", "deadbeef12"),
        ("https://www.Example.com/a/b/.", "URL", "example.com/a/b"),
        ("mail A.b@Example.org.", "e-mail", "a.b@example.org"),
        ("doi:10.1000/XYZ.123.", "DOI", "10.1000/xyz.123"),
        ("https://doi.org/10.1000/xyz.123", "DOI", "10.1000/xyz.123"),
        ("arXiv:2303.12345v2", "arXiv", "2303.12345v2"),
        ("ISBN 978-3-16-148410-0", "ISBN", "9783161484100"),
        ("Python 3.11.7 is", "version", "3.11.7"),
        ("since v2.1,", "version", "2.1"),
        ("version 2.1 of", "version", "2.1"),
        ("set $MY_VAR", "variable", "MY_VAR"),
        ("pass --output-dir now", "flag", "--output-dir"),
        ("edit /etc/app/hosts.conf", "path", "/etc/app/hosts.conf"),
        ("in src/main.py", "path", "src/main.py"),
        (r"in C:\Temp\x", "path", r"C:\Temp\x"),
        ("GET /v1/users/{id}", "endpoint", "GET /v1/users/{}"),
        ("`DELETE /v1/users/:id`", "endpoint", "DELETE /v1/users/{}"),
        ("version \uff13.\uff11\uff11.\uff17", "version", "3.11.7"),
    ],
)
def test_kinds_and_normal_forms(text: str, kind: str, value: str) -> None:
    assert (kind, value) in [(one.kind, one.value) for one in identifiers(text)]


@pytest.mark.parametrize(
    "text",
    [
        "and/or",
        "120 km/h",
        "a 24/7 service",
        "It won 2-0 on 5.12.2021.",
        "the F1 season",
        "in 1984-85",
        "a well-known 3D film",
        "the ratio is 3.5 -- or 3.6",
        "1,234,567 people",
        "the U.S. and the E.U.",
        "The Year's end, e.g. Monday.",
        "",
    ],
)
def test_plain_words_and_numbers_are_no_identifiers(text: str) -> None:
    assert identifiers(text) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "status"),
    [
        ("RFC 9110 defines it", "defined in RFC-9110.", "found"),
        ("RFC 9111 defines it", "defined in RFC 9110", "conflict"),
        ("ISO 9001 asks for it", "ISO 9001:2015 asks for it", "found"),
        ("ISO 9001:2008 asks for it", "ISO 9001:2015 asks for it", "conflict"),
        ("under § 1983", "under 42 U.S.C. § 1983", "found"),
        ("under 42 U.S.C. § 1985", "under 42 U.S.C. § 1983", "conflict"),
        ("Art. 6 GDPR", "Article 6 (1) GDPR", "found"),
        ("Art. 6(1)", "Article 6 (1) GDPR", "found"),
        ("Art. 7 GDPR", "Article 6 (1) GDPR", "conflict"),
        ("Case C-131/12", "Case C-131/13", "conflict"),
        ("Python 3.11.7", "Python 3.11.8", "conflict"),
        ("Python 3.11.7", "Python", "missing"),
        ("error E1234", "error E1235", "conflict"),
        ("error E1234", "part AB-1235-X", "missing"),
        ("pass --output", "pass --input", "conflict"),
        ("GET /v1/users/{id}", "GET /v1/users/:user_id", "found"),
        ("POST /v1/users/{id}", "GET /v1/users/{id}", "conflict"),
        ("p\u0430th/main.py", "path/main.py", "conflict"),
        ("see https://example.com/a", "see http://www.example.com/a/", "found"),
    ],
)
def test_comparison(claim: str, evidence: str, status: str) -> None:
    found = check_identifiers(identifiers(claim), identifiers(evidence))
    assert [finding.status for finding in found] == [status]


def test_an_identifier_that_the_claim_has_elsewhere_is_no_rival() -> None:
    found = check_identifiers(
        identifiers("RFC 9110 obsoletes RFC 7231"), identifiers("RFC 9110 is a standard")
    )
    assert [finding.status for finding in found] == ["found", "missing"]


def test_what_stands_nowhere_in_the_corpus_is_unknown() -> None:
    document = Document("a", "RFC 9110", "It obsoletes RFC-7231; see AB-1234-XY and E1234.")
    index = IdentifierIndex(Corpus((document,), ()))
    assert [one.text for one in index.unknown("RFC 9110 and RFC 9999 and E1234")] == ["RFC 9999"]
    assert list(index.unknown("AB-1234-XY")) == []


@given(st.text(st.sampled_from("RFC 91-10§.()/vE_a:{}@\u200b"), max_size=60))
def test_a_text_holds_all_of_its_own_identifiers(text: str) -> None:
    found = check_identifiers(identifiers(text), identifiers(text))
    assert all(finding.status == "found" for finding in found)


@pytest.mark.parametrize(
    "part",
    ["1.1.1.", "a.a.", "A1-", "--a", "/a", "§ 1", "No. 1", "a1", "A", "GET /", "10.1000/", "a@",
     "a@a.", "www.", "ISBN 1", "1 ", "a_", "\\a", "ISO 1", "(a)", "v1.", "../", "0", "A1."],
)  # fmt: skip
def test_long_monotonous_texts_are_read_quickly(part: str) -> None:
    began = time.process_time()
    identifiers(part * (40_000 // len(part)))
    assert time.process_time() - began < 4
