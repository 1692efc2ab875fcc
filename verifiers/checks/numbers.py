"""Numbers as people write them: digits in groups, powers of ten, words, ordinals, fractions."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = "one two three four five six seven eight nine".split()
_TEENS = """ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(["zero", *_DIGITS, *_TEENS])}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALES |= {"quadrillion": 15}
_SHORT = {"k": 3, "m": 6, "mn": 6, "bn": 9, "b": 9, "tn": 12, "mio": 6}
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth""".split()
_ORDINAL = {word: value for value, word in enumerate(_ORDINALS, 1)}
_ORDINAL |= {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, 2)}
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6}
_PARTS |= {"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

_SMALL = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_DIGITS)}))?"
    rf"|{'|'.join(_TEENS)}|zero|{'|'.join(_DIGITS)})"
)
_BELOW = rf"{_SMALL}(?:[\s-]hundred(?:\s(?:and\s)?{_SMALL})?)?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|quadrillion)"
SPELLED = (
    rf"(?:half\sa\s(?:dozen|{_SCALE})|an?\s(?:dozen|hundred\s(?:and\s)?{_SMALL}|{_SCALE})"
    rf"|{_BELOW}(?:[\s-](?:thousand|million|billion|trillion|dozen))?"
    rf"(?:\s(?:and\s)?{_BELOW}(?:[\s-](?:thousand))?)?)\b"
)
"""Pattern of a number in words up to "nine hundred and ninety-nine trillion"."""

WRITTEN = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?"
    r"|\d{1,3}(?:[\u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?|\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?"
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+"
    r"|\d+,\d{1,2}(?=\s?(?:%|°|€|(?:[kcm]?m|k?g|ha|l|million|billion)\b))"
    r"|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3}(?!\w))?(?!\d|,\d{3}|\.\d)"
)
"""Pattern of a number in digits. A comma is a decimal sign only where nothing else is possible."""

MAGNITUDE = (
    r"(?:[\s-]?(?P<scale>(?:hundred|thousand|million|billion|trillion|quadrillion)\b)"
    r"|(?P<letter>(?-i:[kKMB])\b|(?(money)m\b|(?!)))|\s?(?P<short>[bmt]n\b))?"
)
"""Pattern of the magnitude behind a number; a small m is one only with a ``money`` group."""
POWER = r"\s?[×x*·]\s?10(?:\^|\*\*)?(?P<power>[-+]?\d{1,3}|[⁻⁺]?[⁰¹²³⁴-⁹]{1,3})(?!\d)"
FRACTION = (
    r"(?:(?P<over>\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine)[\s-]"
    r"(?P<part>thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)"
    rf"|(?P<half>half)(?!\sa\s(?:dozen|{_SCALE})))\b"
)
"""Pattern of a share in words: half, a third, two-thirds."""
ORDINAL = (
    rf"(?:\d{{1,3}}(?:,?\d{{3}})*(?:st|nd|rd|th)|(?:{'|'.join(_TENS)})-(?:{'|'.join(_ORDINALS[:9])})"
    rf"|{'|'.join(_ORDINALS)}|(?:{'|'.join(word[:-1] for word in _TENS)})ieth)\b"
)
"""Pattern of an ordinal in digits or words."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def magnitude(word: str) -> int:
    """The power of ten that a word such as "million" or a letter such as k stands for."""
    folded = word.casefold()
    return _SCALES.get(folded) or _SHORT.get(folded, 0)


def power(raw: str | None) -> int:
    """An exponent of ten, raised or not; 0 for none."""
    return int(raw.translate(_RAISED)) if raw else 0


def digits(raw: str) -> Decimal:
    """The value of a number that :data:`WRITTEN` matches; its exponent is its last decimal."""
    bare = re.sub(r"[\s'’]", "", raw)
    points, commas = bare.count("."), bare.count(",")
    decimal_comma = (points and commas and bare.rfind(",") > bare.rfind(".")) or points > 1
    if commas == 1 and not points:
        decimal_comma = len(bare.partition(",")[2]) != 3
    if decimal_comma:
        bare = bare.replace(".", "").replace(",", ".")
    return Decimal(bare.replace(",", ""))


def in_words(raw: str) -> Decimal:
    """The value of a number that :data:`SPELLED` matches."""
    total, current = Decimal(0), Decimal(0)
    for word in re.split(r"[\s-]+", raw.casefold()):
        if word in ("half", "a", "an"):
            current = current or Decimal("0.5" if word == "half" else 1)
        elif word == "dozen":
            current *= 12
        elif word == "hundred":
            current *= 100
        elif word in _SCALES:
            total, current = total + current.scaleb(_SCALES[word]), Decimal(0)
        else:
            current += _WORDS.get(word, 0)
    return total + current


def ordinal(raw: str) -> int:
    """The rank that an ordinal names."""
    folded = raw.casefold()
    if folded[0].isdigit():
        return int(re.sub(r"\D", "", folded))
    tens, _, ones = folded.rpartition("-")
    return _WORDS.get(tens, 0) + _ORDINAL[ones]


def fraction(match: re.Match[str]) -> Decimal:
    """The value of a share that :data:`FRACTION` matches."""
    if match["half"]:
        return Decimal("0.5")
    over = match["over"].casefold()
    above = Decimal(over) if over.isdigit() else Decimal(_WORDS.get(over, 1))
    part = match["part"].casefold()
    return above / _PARTS[part.removesuffix("s")]
