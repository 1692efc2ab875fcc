"""Personal data taken out of texts that people wrote, before anyone is shown them.

The finders of ``privacy`` go for precision, since what they find costs a record. Here what is found
costs a few signs, so all that has the shape of an address, an account or a number of a person goes,
made-up and example values too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from configs.filters import Privacy
from filters.introductions import without_names
from filters.personal import issued, luhn, valid_iban
from filters.privacy import find_personal
from filters.secret_keys import PATTERNS

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/-])(?:\+|\(\+?)?\d(?:[ ()./-]{0,3}\d){6,22}(?!\w)")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?!\d)")
_DECIMAL = re.compile(r"\d+\.\d+|\d{1,3}(?:[ .]\d{3})+|\d+/\d+")
_SUM = re.compile(r"[*/+=^<>×÷%]|\s-\s|\bx\b")
_SAYS_WHOSE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|fax|call|text|whatsapp|dial|reach|number|no|nr|ssn|social"
    r"|account|card|iban|passport|licen[cs]e|insurance|customer|patient|member|id|telefon|handy"
    r"|tel[ée]fono|m[óo]vil|t[ée]l[ée]phone|тел|телефон|nummer)\b|电话|手机|電話",
    re.IGNORECASE,
)
_SAYS_PHONE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|fax|call|whatsapp|dial|ssn|account|insurance|customer"
    r"|patient|member)\b[^.!?]{0,20}$",
    re.IGNORECASE,
)
_LEAST_DIGITS = 9
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_PASSWORD = re.compile(
    r"(\b(?:password|passwort|passwd|pwd|pin)(?:\s+is|\s*[:=])\s*)(?!\[)\S{0,64}[\d!$%&#@]\S{0,64}"
    r"|(\b(?:password|passwort|passwd|pwd)\s*[:=]\s*)(?!\[)\S{6,64}",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(\b(?:bearer\s+|(?=sk-)"
    r"|(?:api[_ -]?key|access[_ -]?key|auth|secret|token)\s*(?:is|[:=])\s*[\"']?))"
    r"(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{16,}",
    re.IGNORECASE,
)
"""What no issuer's pattern tells, but the word before it does."""
_LOGIN = re.compile(r"(://)(?!\[)[^\s/:@]{1,64}:[^\s/@]{1,64}@")
_SPELT_OUT = re.compile(
    r"\b\w{1,40}(?:\s+dot\s+\w{1,40}){0,3}\s+at\s+\w{2,40}(?:\s+dot\s+\w{2,20}){1,3}\b",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    r"(\bpassport(?:\s+(?:number|no\.?|id|is)|\s*[:#])*\s+)(?=[A-Z]*\d)[A-Z0-9]{6,12}\b",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(?<![\w:.])(?:(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
    r"|(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4}){1,5})(?![\w:])",
    re.IGNORECASE,
)
"""Addresses of version 6 and of network cards."""
_KEYS = [(name, re.compile(pattern)) for name, (_, pattern) in PATTERNS.items()]
_EVERYTHING = Privacy()


def scrubbed(text: str) -> str:
    """The text with the kind of what was there in brackets in place of each personal value:
    ``[e-mail]``, ``[IBAN]``, ``[number]``. Names go only where somebody signs or says what he or
    she is called.
    """
    text = _PRIVATE_KEY.sub("[private key]", text)
    for name, pattern in _KEYS:
        text = pattern.sub(f"[{name}]", text)
    text = _PASSWORD.sub(r"\1\2[password]", text)
    text = _SECRET.sub(r"\1[secret]", text)
    text = _LOGIN.sub(r"\1[login]@", text)
    for find in sorted(find_personal(text, _EVERYTHING), key=lambda one: -len(one.value)):
        text = text.replace(find.value, f"[{find.name}]")
    text = _SPELT_OUT.sub("[e-mail]", _EMAIL.sub("[e-mail]", text))
    text = _PASSPORT.sub(r"\1[number]", text)
    text = _ACCOUNT.sub(_account, text)
    text = _NUMBER.sub(_number, text)
    return without_names(_DEVICE.sub("[address]", text))


def _account(match: re.Match[str]) -> str:
    """An IBAN without what follows behind a space, as the check digits tell."""
    found = match.group()
    for end in _ends(found):
        if valid_iban(re.sub(r"[ -]", "", found[:end]).upper()):
            return f"[IBAN]{found[end:]}"
    return found


def _ends(found: str) -> Iterator[int]:
    yield len(found)
    yield from (match.start() for match in reversed([*re.finditer(r"[ -]", found)]))


def _number(match: re.Match[str]) -> str:
    """A number of the length and the form of one that belongs to a person: no date, no decimal,
    no term of a sum, no list of small ones, and in one piece only where the text or its first
    digits say so.
    """
    found, text = match.group(), match.string
    groups = re.findall(r"\d+", found)
    digits = sum(map(len, groups))
    before = text[max(0, match.start() - 40) : match.start()]
    short = found[0] in "+(" or _SAYS_PHONE.search(before)
    says_phone = bool(short) and digits >= _LEAST_DIGITS - 2
    if (
        _DATE.match(found)
        or _DECIMAL.fullmatch(found)
        or not (digits >= _LEAST_DIGITS or says_phone)
    ):
        return found
    around = text[max(0, match.start() - 2) : match.start()] + text[match.end() :][:2]
    if _SUM.search(around) or (max(map(len, groups)) < 3 and len(groups) > 6):
        return found
    if len(groups) > 1 or found[0] in "+(0" or (issued(groups[0]) and luhn(groups[0])):
        return "[number]"
    return "[number]" if _SAYS_WHOSE.search(before) else found
