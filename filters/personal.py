"""Finders of personal data: e-mail, IBAN, payment card, IP address, US social security number.

A finder goes for precision: a number counts only with its check digits, its published prefixes or
lengths, and in a place where such a number stands. Reserved, documented and published example
values are nobody's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import accumulate

_EMAIL = re.compile(
    r"(?<![\w.%+/@-])([A-Za-z0-9][\w.%+-]{0,63})@((?:[A-Za-z0-9-]{1,63}\.){1,6})([A-Za-z]{2,18})"
    r"(?![\w(@]|-\w|\.\w|:[\w/~])"
)
_IN_URL = re.compile(r"://\S*$")
_NO_TLD = frozenset(
    "test invalid example localhost local internal lan home corp png jpg jpeg gif svg webp js ts "
    "py css html json xml yaml yml txt md java cpp rs go rb php sh conf log service socket".split()
)
"""Reserved names (RFC 2606, RFC 6762, RFC 6761) and endings of files."""
_EXAMPLE_DOMAINS = frozenset(
    "example.com example.net example.org example.edu domain.com yourdomain.com mydomain.com "
    "company.com yourcompany.com mycompany.com email.com mail.com test.com site.com website.com "
    "yoursite.com yourwebsite.com abc.com xyz.com acme.com foo.com bar.com foo.bar host.com "
    "server.com somewhere.com organization.org school.edu university.edu business.com".split()
)
"""RFC 2606, and names that writers take for any domain."""
_ROLES = frozenset(
    "info support help contact sales admin administrator noreply no-reply donotreply hello office "
    "team press jobs careers hr billing service webmaster postmaster hostmaster abuse security "
    "privacy marketing news newsletter feedback enquiries inquiries git mail email customerservice "
    "you your yourname your.name your_name youremail your.email name username user someone me "
    "johndoe john.doe janedoe jane.doe first.last firstname.lastname foo bar test example".split()
)
"""Mailboxes of an office (RFC 2142) or of nobody."""

IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
        "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
        "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
        "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
        "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    ).split()
}
"""Characters of an IBAN by country (ISO 13616, SWIFT IBAN registry)."""
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}(?![\w-])")
_IBAN_EXAMPLES = frozenset(
    "DE89370400440532013000 GB29NWBK60161331926819 GB82WEST12345698765432 NL91ABNA0417164300 "
    "FR1420041010050500013M02606 FR7630006000011234567890189 ES9121000418450200051332 "
    "IT60X0542811101000000123456 CH9300762011623852957 AT611904300234573201 BE68539007547034 "
    "NO9386011117947 SE4550000000058398257466 DK5000400440116243 FI2112345600000785 "
    "PL61109010140000071219812874 PT50000201231234567890154 IE29AIBK93115212345678 "
    "LU280019400644750000 GR1601101250000000012300695 GB33BUKB20201555555555 "
    "DE75512108001245126199 DE91100000000123456789".split()
)
"""The registry's own examples and others that manuals print."""

_CARD = re.compile(r"(?<![\w.+-])(?:\d[ -]?){12,18}\d(?![\w-]|\.\d)")
_CARD_GROUPS = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)})
_CARD_EXAMPLES = frozenset(
    "4111111111111111 4242424242424242 4012888888881881 4222222222222 4000056655665556 "
    "4000000000000002 5555555555554444 5105105105105100 2223003122003222 5200828282828210 "
    "378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424 "
    "30569309025904 38520000023237 3056930009020004 3566002020360505 3530111333300000 "
    "6200000000000005 5424000000000015 4007000000027 370000000000002 6011000000000012 "
    "4917610000000000 4532015112830366 4539578763621486 5431111111111111".split()
)
"""Test numbers that payment providers and manuals print."""
_OTHER_NUMBER = re.compile(
    r"(?:order|tracking|invoice|reference|ref|ticket|serial|imei|isbn|ean|gtin|upc|doi|id|hash|token"
    r"|timestamp|case|parcel|number of|bestell\w*|sendungs\w*)\W{0,4}(?:no|nr|number|code|nummer)?"
    r"\W{0,4}(?:is\W{0,2})?$",
    re.IGNORECASE,
)

_IPV4 = re.compile(r"(?<![\w.:/-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\w|/\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}(?![\w:]|\.\d|/\d)")
_ABOUT_IP = re.compile(r"\b(?:ips?|ipv4|address\w*|host\w*|server\w*|adress\w*)\b", re.IGNORECASE)
_ABOUT_VERSION = re.compile(
    r"(?:version|release|build|firmware|driver|update|section|chapter|rule|clause|article|oid|[<>~^]=?|=="
    r"|\bv|§)\W{0,3}(?:number|no)?\W{0,3}$",
    re.IGNORECASE,
)
_WELL_KNOWN_HOSTS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 "
    "2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 "
    "2620:fe::fe".split()
)
"""Public name servers: everybody's, so nobody's."""
_UNICAST = ipaddress.ip_network("2000::/3")
_NEW_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
"""RFC 9637; older Pythons do not know it as documentation."""

_SSN = re.compile(r"(?<![\w./-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w/-]|\.\d)")
_ABOUT_SSN = re.compile(
    r"(?:\bssn|\bsocial\b|\btax|\bidentity\b|\bpayroll\b|\bborn\b)", re.IGNORECASE
)
_SSN_EXAMPLES = frozenset("078-05-1120 219-09-9999 123-45-6789 457-55-5462 111-11-1111".split())
"""Numbers the Social Security Administration voided or that forms print."""


def emails(text: str) -> Iterator[str]:
    """Addresses of persons (RFC 5322, the usual part of it): no reserved or example domain
    (RFC 2606), no office mailbox (RFC 2142), no ``user:password@host``, no file name.
    """
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        mailbox, host, ending = match.group(1).lower(), match.group(2).lower(), match.group(3)
        domain = ".".join(f"{host}{ending.lower()}".split(".")[-2:])
        if ending.lower() in _NO_TLD or domain in _EXAMPLE_DOMAINS or mailbox in _ROLES:
            continue
        if not _IN_URL.search(text[max(match.start() - 100, 0) : match.start()]):
            yield match.group(0)


def ibans(text: str) -> Iterator[str]:
    """Account numbers of the length of their country and with a remainder of 1 modulo 97
    (ISO 13616, ISO 7064).
    """
    for match in _IBAN.finditer(text):
        found, length = match.group(0), IBAN_LENGTHS.get(match.group(0)[:2], 0)
        # A word in capitals may follow behind a space.
        ends = list(accumulate(int(sign != " ") for sign in found))
        cut = found[: ends.index(length) + 1] if length in ends else ""
        plain = cut.replace(" ", "")
        whole = cut == found or found[len(cut) :][:1] == " "
        if plain and whole and plain not in _IBAN_EXAMPLES and valid_iban(plain):
            yield cut


def valid_iban(plain: str) -> bool:
    """Whether the check digits of an IBAN without spaces hold: country and digits go to the end,
    letters count from 10, and the remainder modulo 97 is 1.
    """
    digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    return IBAN_LENGTHS.get(plain[:2]) == len(plain) and int(digits) % 97 == 1


def cards(text: str) -> Iterator[str]:
    """Payment cards: an issuer's prefix and length (ISO/IEC 7812), the Luhn digit, and groups of
    digits as on a card. A number in one piece may be any id, so what is called one is left.
    """
    for match in _CARD.finditer(text):
        found = match.group(0)
        plain = re.sub(r"\D", "", found)
        if len(set(plain)) < 4 or plain in _CARD_EXAMPLES or not issued(plain) or not luhn(plain):
            continue
        groups = tuple(map(len, re.split(r"[ -]", found)))
        named = _OTHER_NUMBER.search(text[max(match.start() - 30, 0) : match.start()])
        if groups in _CARD_GROUPS or (len(groups) == 1 and not named):
            yield found


def issued(digits: str) -> bool:
    """Whether a large issuer gives out numbers of this prefix and length (ISO/IEC 7812)."""
    two, four, length = int(digits[:2]), int(digits[:4]), len(digits)
    if digits[0] == "4":
        return length in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return length == 16
    if two in (34, 37):
        return length == 15
    if two in (36, 38, 39) or 3000 <= four <= 6459:
        return length in (14, 16)
    if four == 6011 or 6440 <= four <= 6599 or 3528 <= four <= 3589 or two == 62:
        return 16 <= length <= 19
    return False


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[::-2]))
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def addresses(text: str) -> Iterator[str]:
    """Public IP addresses. Private, shared, loopback and documentation ranges (RFC 1918, 6598,
    5737, 3849, 9637) are nobody's, and so are networks (``/24``) and public name servers.

    Four small numbers are more often a version or a section, so they count only where the text
    before speaks of addresses.
    """
    if text.count(".") >= 3:
        for match in _IPV4.finditer(text):
            before = text[max(match.start() - 40, 0) : match.start()]
            small = max(map(int, match.group(0).split("."))) <= 64
            if _ABOUT_VERSION.search(before) or (small and not _ABOUT_IP.search(before)):
                continue
            if "12345" not in match.group(0).replace(".", "") and _public(match.group(0)):
                yield match.group(0)
    if text.count(":") >= 3:
        for match in _IPV6.finditer(text):
            if _public(match.group(0)):
                yield match.group(0)


def _public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not found.is_global or found.is_multicast or address.lower() in _WELL_KNOWN_HOSTS:
        return False
    return found.version == 4 or (found in _UNICAST and found not in _NEW_DOCUMENTATION)


def social_security(text: str) -> Iterator[str]:
    """US social security numbers, with their dashes: no area 000, 666 or 900-999, no group 00, no
    serial 0000 (SSA, since 2011), none that is printed as an example.

    There is no check digit, and parts, rooms and phones look alike, so the text must speak of it.
    """
    if text.count("-") < 2 or not _ABOUT_SSN.search(text):
        return
    for match in _SSN.finditer(text):
        named = _OTHER_NUMBER.search(text[max(match.start() - 30, 0) : match.start()])
        if match.group(0) not in _SSN_EXAMPLES and not named:
            yield match.group(0)
