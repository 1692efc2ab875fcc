"""Words that are no typos: lists with frequencies by language, and what chats and trades write."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from configs.errors import ConfigError

LANGUAGES = frozenset("ar de en es eu fa fr it lv nl pt ru".split())
"""Languages with a list."""
DERIVED = 49.0
"""The frequency of a word that is made of others, just below that of the rarest of the list."""
_SHORT = 20_000
"""The frequency of a word of two letters below which the list has it as an abbreviation."""
_PART, _SMALL_WORDS = 3_000, 6_000_000
"""The frequencies between which a word may be a part of another one."""
CHAT = frozenset(
    "u ur r pls plz plss thx thnx tnx ty tysm btw idk imo imho afaik lol lmao omg wtf tbh rn "
    "asap fyi np ok okay k kk gonna wanna gotta gimme lemme dunno kinda sorta cuz coz bc cos yep "
    "yup nope nah yeah ya hey hi hiya yo sup dont cant wont im ive id ill youre theyre thats "
    "whats hows wheres whos isnt arent wasnt werent doesnt didnt havent hasnt hadnt couldnt "
    "wouldnt shouldnt aint lets heres theres tho thru nite gr msg msgs pic pics bro dude ppl wo "
    "wk wks".split()
)
"""What people write in a chat on purpose."""
TRADE = frozenset(
    "api apis app apps arg args async auth backend bot bots cli cmd codebase config configs cpu "
    "cron css csv dataset datasets dataframe dedup dev dict dicts diff distro django dns docker "
    "docx env excel faq flask frontend ftp gif git github gitlab google gpt gpu grep gui html http "
    "https ide init ios ipad iphone java javascript jpeg jpg json jsonl jupyter jvm kubernetes "
    "kwargs laptop latex linkedin linux llm localhost login logout lookup macos markdown "
    "metadata middleware mongodb mysql nginx node npm null numpy oauth onboarding openai orm os "
    "pandas param params parquet pdf php plugin png postgres postgresql powershell pptx py "
    "pycharm pytest pytorch qa ram readme redis regex repo repos sdk selenium seo shell sklearn "
    "smtp sql sqlite src ssd ssh ssl startup stderr stdin stdout sudo svg sys tcp tensorflow "
    "timestamp timestamps tls toml txt typescript ubuntu ui unicode unix uri url urls usb utf "
    "uuid ux vba venv vpn webhook wifi wikipedia wordpress www xlsx xml yaml yml youtube zip km "
    "kg cm mm mg ml kb mb gb tb hz khz mhz ghz kwh nasa esa usd eur gbp pc pcs tv dvd cd ids vat "
    "hr crm erp kpi kpis pto covid instagram facebook whatsapp tiktok netflix spotify uber "
    "airbnb amazon paypal iban vs etc eg ie aka approx min mins sec secs hrs yr yrs info".split()
)
"""Words of computers, units and firms that a list made of films' words lacks."""
_VARIANTS = (
    (re.compile(r"our(?=s?$|ed$|ing$|ful|less|able|it|hood|ly)"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e[drs]?|es|ers?|ing|ations?)$)"), "iz"),
    (re.compile(r"ys(?=(?:e[ds]?|ing)$)"), "yz"),
    (re.compile(r"(?<=[aeiou]l)l(?=(?:ed|ing|er|ers|or)$)"), ""),
    (re.compile(r"tre(?=s?$)"), "ter"),
    (re.compile(r"ogue(?=s?$)"), "og"),
    (re.compile(r"mme(?=s?$)"), "m"),
    (re.compile(r"ence(?=s?$)"), "ense"),
    (re.compile(r"ould"), "old"),
    (re.compile(r"(?<=a)e(?=s|t|d|m)|(?<=o)e(?=u|s|t)|(?<=rrh)o(?=ea)|o(?=eb)"), ""),
)
"""British spellings, and what the list has instead."""
_BEFORE = re.compile(
    r"(?:un|re|non|pre|sub|super|over|under|inter|intra|micro|mini|multi|meta|pseudo|semi|anti|auto"
    r"|bio|geo|hyper|cyber|tele|ultra|trans|mis)(?=[a-z]{3})"
)
_ENDINGS = tuple(
    re.compile(rf"(?<=[a-z]{{3}}){ending}$")
    for ending in (
        r"(?<![sxz])s",
        r"(?<=[sxzh])es",
        r"(?<!e)(?:ed|ing|ers?)",
        r"(?<=e)(?:d|rs?)",
        r"ly|ness|able|less|like|wise|ists?|ism",
        r"ize[drs]?|izers?|izing|izations?",
    )
)
_FOR_E = re.compile(r"(?<=[a-z]{3})(?:ing|able|ize[drs]?|izers?|izing|izations?|ists?|ism)$")
"""Endings that take the place of an e."""


@lru_cache(maxsize=4)
def speller(language: str) -> Any:
    """The list of a language, as pyspellchecker's object.

    Raises:
        ConfigError: pyspellchecker is not installed; says how to.
    """
    try:
        from spellchecker import SpellChecker
    except ImportError as error:
        raise ConfigError(
            f"typos cannot be counted here ({error}); run: pip install 'stillhouse[realism]'"
        ) from None
    return SpellChecker(language=language, distance=1)


def frequencies(language: str) -> Mapping[str, int]:
    """How often each word of a language's list was counted."""
    counts: Mapping[str, int] = speller(language).word_frequency.dictionary
    return counts


@cache
def whole(language: str) -> float:
    """The sum of the frequencies of a language's list."""
    return float(sum(frequencies(language).values()))


@lru_cache(maxsize=1)
def on_purpose() -> frozenset[str]:
    """Words of chats, of trades, and the names that Python itself has."""
    names = {*dir(builtins), *keyword.kwlist, *sys.stdlib_module_names}
    return CHAT | TRADE | {name.lower() for name in names if not name.startswith("_")}


def frequency(word: str, language: str) -> float:
    """The frequency of a word in its list, that of a rare one where it is made of known words, 0
    where nobody knows it.
    """
    counts = frequencies(language)
    listed = counts.get(word, 0)
    if listed and (len(word) > 2 or listed >= _SHORT):
        return float(listed)
    if language != "en" or len(word) < 5:
        return 0.0
    british = (old.sub(new, word) for old, new in _VARIANTS if old.search(word))
    spelt = max((counts.get(other, 0) for other in british), default=0)
    return float(spelt) or (DERIVED if _derived(word, counts) else 0.0)


def _derived(word: str, counts: Mapping[str, int]) -> bool:
    stems = [_BEFORE.sub("", word, count=1), _FOR_E.sub("e", word)]
    stems += [ending.sub("", word) for ending in _ENDINGS]
    if any(stem != word and len(stem) > 2 and counts.get(stem, 0) >= DERIVED for stem in stems):
        return True
    parts = ((word[:cut], word[cut:]) for cut in range(3, len(word) - 2))
    return any(
        len(word) > 6 and all(_PART <= counts.get(part, 0) < _SMALL_WORDS for part in pair)
        for pair in parts
    )


@cache
def verbness(stem: str) -> float:
    """How often the forms of an English verb that no noun has, with ``-ing`` and ``-ed``, are
    written for each time that the word with ``-s`` is.
    """
    counts = frequencies("en")
    bare = stem.removesuffix("e")
    doubled = stem + stem[-1:]
    forms = {f"{one}{end}" for one in (bare, doubled) for end in ("ing", "ed")}
    if stem.endswith("y"):
        forms.add(f"{stem[:-1]}ied")
        forms.add(f"{stem}ing")
    plural = f"{stem[:-1]}ies" if stem.endswith("y") and f"{stem}s" not in counts else f"{stem}s"
    return sum(counts.get(form, 0) for form in forms) / max(1, counts.get(plural, 0))
