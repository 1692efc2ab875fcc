"""Finder of phone numbers: candidates by their shape, decided by libphonenumber's numbering plans.

Numbers that belong to nobody pass: free, premium and shared-cost lines, made-up ones, and those
that regulators keep for fiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_INTERNATIONAL = re.compile(
    r"(?<![\w+.])(?:\+|00(?=[1-9]))\d(?:[ ./()-]{0,3}\d){7,14}(?![\w-]|[.:/]\d)"
)
_NATIONAL = re.compile(
    r"(?<![\w+./:=,$€£-])"
    r"(?:\((?:0\d{1,5}|[2-9]\d{2})\)[ -]?|0\d{1,5}[ /-]|[2-9]\d{2}[-. ]|(?=\d{9}))"
    r"\d{2,11}(?:[ .-]\d{2,6}){0,4}(?![\w-]|[.:/,]\d|%| ?[=+*/])"
)
_SAYS_PHONE = re.compile(
    r"\b(?:phone|tel|telephone|telefon|téléphone|teléfono|mobile|mobil|cell|fax|call|whatsapp|handy"
    r"|portable|móvil|rufnummer|durchwahl|reach|ring|dial|anruf\w*|sms"
    r"|(?:my|his|her|our|your|their) number)\b[^\n\d]{0,30}$",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\+\d+\.\d+")
_SOCIAL_SECURITY = re.compile(r"\d{3}-\d{2}-\d{4}")
_MADE_UP = re.compile(r"1234567|2345678|7654321|(\d)\1{5}")
_FICTION = re.compile(
    r"1\d{3}55501\d\d"
    r"|447700900\d{3}|442079460\d{3}|441632960\d{3}|44(?:1[2-69]1|11[3-8])4960\d{3}|442896496\d{3}"
    r"|493023125\d{3}|496990009\d{3}|494066969\d{3}|492214710\d{3}|498999998\d{3}|4917139200\d\d"
    r"|33(?:19900|26191|35301|46571|53649|63998)\d{4}"
)
"""Kept free for film and print by NANPA, Ofcom, Bundesnetzagentur and ARCEP."""
_NANP = ("US", "CA")


def phones(text: str, regions: Sequence[str]) -> Iterator[str]:
    """Phone numbers of persons: with + or 00 and a country code anywhere; in a national format of
    the regions (ISO 3166) where it has its area code in brackets or the text says what it is.
    """
    if "+" in text or "00" in text:
        for match in _INTERNATIONAL.finditer(text):
            found = match.group(0)
            number = found if found[0] == "+" else f"+{found[2:]}"
            if not _DECIMAL.fullmatch(found) and _of_a_person(number, None):
                yield found
    for match in _NATIONAL.finditer(text):
        found = match.group(0)
        if not 9 <= sum(map(str.isdigit, found)) <= 12 or _SOCIAL_SECURITY.fullmatch(found):
            continue
        said = _SAYS_PHONE.search(text[max(match.start() - 50, 0) : match.start()])
        plans = regions if said or found.startswith("(0") else ()
        if found[0] == "(" and not plans:
            plans = [region for region in regions if region in _NANP]
        if any(_of_a_person(found, region) for region in plans):
            yield found


def _of_a_person(number: str, region: str | None) -> bool:
    import phonenumbers
    from phonenumbers import PhoneNumberType as Type

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    digits = f"{parsed.country_code}{parsed.national_number}"
    if _MADE_UP.search(digits) or _FICTION.fullmatch(digits):
        return False
    of_persons = (Type.FIXED_LINE, Type.MOBILE, Type.FIXED_LINE_OR_MOBILE, Type.PERSONAL_NUMBER)
    return phonenumbers.number_type(parsed) in (*of_persons, Type.VOIP)
