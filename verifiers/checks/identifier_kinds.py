"""What identifiers look like, kind by kind, and what of their spelling carries nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of identifier, and its normal form.

    ``sign`` is what a text must hold for ``pattern`` to be tried; "0" stands for any digit.
    """

    name: str
    sign: str
    pattern: re.Pattern[str]
    normal: Callable[[str], str]


def _squeezed(text: str) -> str:
    return re.sub(r"[\s-]+", "", text).casefold()


def _link(text: str) -> str:
    scheme, mark, rest = text.rstrip(".,;:!?)'\"*").partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    return (host.casefold().removeprefix("www.") + slash + path).rstrip("/")


def _statute(text: str) -> str:
    named = re.sub(r"(?i)sections?|sec\.|§+", "§", re.sub(r"(?i)articles?|arts?\.", "art", text))
    return _squeezed(named).replace(".", "").replace("u§c", "usc§")


def _endpoint(text: str) -> str:
    method, path = text.split(maxsplit=1)
    plain = re.sub(r"\{[^}/]*\}|<[^>/]*>|(?<=/):\w+", "{}", path.lstrip("`"))
    return f"{method} {plain.split('?')[0].rstrip('/.,;`')}"


def _as_written(text: str) -> str:
    return text.rstrip(".,;:`/")


def _variable(text: str) -> str:
    return text.removeprefix("$")


_REPORTERS = r"(?:U\.\s?S\.|S\.\s?Ct\.|F\.\s?(?:2d|3d|4th)|F\.\s?Supp\.(?:\s?[23]d)?)"
_STANDARDS = (
    "ISO/IEC ISO IEC IEEE RFC ANSI DIN EN ASTM NIST FIPS PEP ECMA ITU-T UL SAE MIL-STD OWASP"
).replace(" ", "|")
_FILES = "py toml yaml yml json txt md rst cfg ini conf ts sh csv xml html log lock rs go java cpp"
KINDS = tuple(
    Kind(name, sign, re.compile(pattern), normal)
    for name, sign, pattern, normal in (
        (
            "DOI",
            "10.",
            r"(?:https?://(?:dx\.)?doi\.org/|\bdoi:\s?)?(?<![\d.])10\.\d{4,9}/[^\s\"<>`]+",
            lambda text: text[text.index("10.") :].rstrip(".,;:)'*").casefold(),
        ),
        ("URL", "://", r"\bhttps?://[^\s<>\"`\])}]+", _link),
        ("URL", "www.", r"(?<![\w/.])www\.[^\s<>\"`\])}]+", _link),
        (
            "e-mail",
            "@",
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
            lambda text: text.casefold(),
        ),
        (
            "endpoint",
            "/",
            r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s`?/[\w{}<>:./~%-]*",
            _endpoint,
        ),
        (
            "arXiv",
            "rXiv",
            r"\bar[Xx]iv[:.\s]\s?(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?",
            lambda text: re.sub(r"^arxiv[:.\s]\s?", "", text.casefold()),
        ),
        (
            "ISBN",
            "ISBN",
            r"\bISBN(?:-1[03])?:?\s?[\d-](?:[\s-]?\d){8,11}[\s-]?[\dXx]\b",
            lambda text: re.sub(r"[^\dx]", "", re.sub(r"isbn(-1[03])?", "", text.casefold())),
        ),
        ("CVE", "CVE-", r"\bCVE-\d{4}-\d{4,7}\b", _as_written),
        (
            "statute",
            "0",
            r"\b\d{1,3}\s(?:U\.?S\.?C\.?|C\.?F\.?R\.?)\s(?:§{1,2}\s?)?\d[\w.-]*(?:\(\w{1,4}\))*",
            _statute,
        ),
        ("statute", "§", r"§{1,2}\s?\d[\w.-]*(?:\s?\(\w{1,4}\))*", _statute),
        (
            "statute",
            "rt",
            r"\b[Aa]rt(?:icles?|s?\.)\s\d{1,4}[a-z]?\b(?:\s?\(\w{1,4}\))*"
            r"(?:\s(?:GDPR|TFEU|TEU|ECHR|GG|BGB|[A-Z]{2,5})\b)?",
            _statute,
        ),
        ("statute", "(", r"\b[Ss]ec(?:tion|\.)\s\d[\w.-]{0,20}(?:\(\w{1,4}\))+", _statute),
        ("case", "/", r"(?<![\w-])[CTF][-‑–]\d{1,4}/\d{2}(?:\d\d)?(?!\d)", _squeezed),
        ("case", "0", r"\b\d{1,4}\s" + _REPORTERS + r"\s\d{1,5}\b", _squeezed),
        ("case", "o", r"\bNos?\.\s?(?=[\d:-]*\d{2})\d[\w:-]*[:-][\w:-]+", _squeezed),
        (
            "standard",
            "0",
            r"\b(?:" + _STANDARDS + r")[\s-](?:SP\s)?[A-Z]?\d[\d.-]*(?::\d{4})?",
            lambda text: _squeezed(text).rstrip(".:"),
        ),
        ("identifier", "-", r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", str.casefold),
        ("hash", "0", r"\b0[xX][0-9A-Fa-f]+\b", str.casefold),
        (
            "hash",
            "0",
            r"\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{7,64}\b",
            str.casefold,
        ),
        (
            "version",
            "0",
            r"(?<![\w.,/$€£-])(?:(?<![\w.])v)?\d{1,4}(?:\.\d{1,5}){2,3}"
            r"(?:[-.]?(?:a|b|rc|alpha|beta|dev|post)[-.]?\d{1,4})?(?![\w%]|\.\d)",
            lambda text: text.removeprefix("v"),
        ),
        (
            "version",
            "0",
            r"(?:(?<![\w.])v|\b[Vv]ersion\s)\d{1,4}(?:\.\d{1,5}){1,3}(?![\w%]|\.\d)",
            lambda text: re.sub(r"^[^\d]+", "", text),
        ),
        ("variable", "_", r"(?<![\w.])\$?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)", _variable),
        ("flag", "--", r"(?<![\w-])--[a-z][\w-]*\w", _as_written),
        (
            "path",
            "/",
            r"(?<![\w/:.<~}])(?:~|\.{1,2})?(?:/[\w.+-]*[A-Za-z_][\w.+-]*){2,}",
            _as_written,
        ),
        ("path", "\\", r"(?<![\w:])[A-Z]:\\[\w.\\ -]+\w", _as_written),
        (
            "path",
            ".",
            r"(?<![\w/.-])[\w-]{1,80}(?:/[\w.-]{1,80})*\.(?:" + _FILES.replace(" ", "|") + r")\b",
            _as_written,
        ),
        (
            "code",
            "0",
            r"(?<![\w./:-])(?=[A-Z-]{0,20}\d|\d{1,8}-?[A-Z])[A-Z0-9]{1,20}"
            r"(?:[-.][A-Z0-9]{1,20})*(?![\w/]|[.-]\w)",
            lambda text: text.rstrip(".").replace("-", ""),
        ),
    )
)
"""In the order in which they take their part of a text; what one has taken, the next ones miss."""
