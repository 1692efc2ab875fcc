"""The register of an English message: formal, plain or casual."""

from __future__ import annotations

import re

import regex

from store.user_inputs import Register
from verifiers.realism.prose import prose

_CASUAL = re.compile(
    r"\b(?:u|ur|pls+|plz|thx|thnx|tnx|ty|btw|idk|imo|imho|lol|lmao|omg|wtf|tbh|rn|asap|cuz|coz|bc"
    r"|gonna|wanna|gotta|gimme|lemme|dunno|kinda|sorta|yep|yup|nope|nah|yeah|ya|hey|hiya|yo|sup"
    r"|dont|cant|wont|im|ive|youre|theyre|thats|whats|hows|wheres|isnt|arent|wasnt|werent|doesnt"
    r"|didnt|havent|hasnt|couldnt|wouldnt|shouldnt|aint|tho|thru|nite|msgs?|bro|dude|ppl|guys|cool"
    r"|awesome|damn|crap|stuff like that|wo|pics?|ok so|haha+|hmm+|umm*|ugh|ok)\b"
    r"|(?<!\w)(?::-?[)(DPp]|;-?\)|<3)|(?-i:([a-z])\1{3,})",
    re.IGNORECASE,
)
"""What chats have and letters have not. A missing apostrophe is one of them."""
_NEVER_SHORT = re.compile(r"\b(?:R|UR|TY|BC|IM|ID|YO|RN|OK)\b")
"""Letters that mean something else in capitals."""
_EMOJI = regex.compile(r"[\U0001F300-\U0001FAFF\u2764\u263A]")
_FORMAL = re.compile(
    r"\b(?:dear (?:sir|madam|team|all|support|colleagues?|mr|mrs|ms|dr)|kindly|sincerely|regards"
    r"|yours faithfully|would you (?:please|kindly|be (?:so kind|able|willing))"
    r"|could you (?:please|kindly)"
    r"|may i (?:ask|request)|i would (?:like|appreciate|be (?:grateful|interested))|i should like"
    r"|i am writing|thank you (?:in advance|for your|very much)|please (?:advise|be advised|provide"
    r"|note|find|let me know)|with (?:regard|respect|reference) to|in accordance|pursuant|hereby"
    r"|furthermore|moreover|nevertheless|i wish to|would it be possible"
    r"|i request|appreciate (?:it|your))\b",
    re.IGNORECASE,
)


def register_of(text: str) -> Register:
    """``casual`` with chat words, emoji or contractions without apostrophe, ``formal`` with turns
    of letters; ``casual`` where there are both.
    """
    plain = prose(text)
    kept = _NEVER_SHORT.sub(" ", plain) if plain != plain.upper() else plain
    if _CASUAL.search(kept) or _EMOJI.search(text):
        return "casual"
    return "formal" if _FORMAL.search(plain) else "plain"
