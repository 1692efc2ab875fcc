"""Names of people in texts that they wrote: where somebody signs, says who he or she is, or names
those around.

Nothing but such a turn tells a name from other words with a capital, so other names stay.
"""

from __future__ import annotations

import regex

_WORD = r"\p{Lu}[\w'’-]+"
_NAME = rf"{_WORD}(?:[ ]+(?:\p{{Lu}}\.|(?:van|von|de|der|den|la|al|bin)\b|{_WORD})){{0,3}}"
_TURNS = (
    r"my (?:full )?name is|my name['’]?s|the name is|i am called|i['’]m called|name:"
    r"|(?:people|friends|they) call me|you can call me"
    r"|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo"
    r"|il mio nome è|mijn naam is|ik heet|o meu nome é|meu nome é|me chamo|nazywam się"
    r"|mam na imię|меня зовут|моё имя|мое имя"
)
_SIGNED = r"signed,?|(?:kind |best |warm )?regards,?|sincerely,?|yours,?|cheers,?"
_TITLES = r"mr\.?|mrs\.?|ms\.?|dr\.?|herrn?|frau|monsieur|madame|mme|señora?|signora?"
_AROUND = (
    r"my (?:wife|husband|son|daughter|mother|father|mom|mum|dad|brother|sister|boss|manager|friend"
    r"|colleague|partner|girlfriend|boyfriend|doctor|landlord|neighbou?r|child)"
)
_THANKS = (
    r"(?:many )?thanks|thank you|thx|best|love|greetings|(?:viele |liebe )?gr(?:ü|ue)(?:ß|ss)e"
)
_RULES = tuple(
    regex.compile(pattern)
    for pattern in (
        r"(\b[Ii](?:['’]m|m| am)\s+)(\p{Lu}[\w'’-]+\s+\p{Lu}[\w'’-]+)(?![\w-])",
        rf"((?i:\b(?:{_TURNS}|{_SIGNED}|{_TITLES}|{_AROUND})\s+))({_NAME})",
        rf"((?i:\b(?:{_THANKS})[,!.]?\s+))({_NAME})(?=[\s.]*$)",
        rf"((?i:^(?:(?:hi|hello|hey)[,!.]?\s+)?(?:this is\s+)))({_WORD}\s+{_WORD})",
        rf"((?i:\bthis is\s+))({_NAME})(?=,?\s+(?:calling|speaking|here|again)\b)",
        rf"((?i:^(?:(?:hi|hello|hey)[,!.]?\s+)?))({_NAME})(?=\s+here\s*(?:[.,!]|$))",
        r"((?i:\bmy (?:full )?name is\s+))(\p{Ll}+(?:\s\p{Ll}+)?)(?=[\s.,!?]|$)",
        r"((?i:\bmrs?\.?\s+))(\p{Ll}{3,})\b",
        r"(我叫|我的名字是|我的名字叫|(?i:my name is)\s+)(\p{Han}{2,4})",
        r"(اسمي\s+)([\p{Arabic}]{2,})",
    )
)


def without_names(text: str) -> str:
    """The text with ``[name]`` in place of each name that a turn tells."""
    for rule in _RULES:
        text = rule.sub(r"\1[name]", text)
    return text
