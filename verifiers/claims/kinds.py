"""What is no claim: talk, offers, plans, questions, orders, opinions and hedges.

None of them can hide a wrong fact. Whatever has a number, a date, an identifier or a name that
evidence can decide on stays a claim; only talk about the answer itself goes whatever it holds.
"""

from __future__ import annotations

import re

from verifiers.claims.english import BE, IDENTIFIER, VALUE, checkable

_TALK = re.compile(
    r"(?:hello|hi|hey|greetings|welcome|dear \w+|good (?:morning|afternoon|evening|day)|sure"
    r"|certainly"
    r"|of course|absolutely|definitely|okay|ok|alright|got it|understood|thanks?|thank you|cheers"
    r"|you(?:'re| are) welcome|no problem|(?:great|good|excellent|interesting) question"
    r"|happy to help|glad to help|exactly|indeed|right|correct|hmm+|wait|well|so|yes|no|true|false)"
    r"(?: (?:there|again|all|everyone|thing|you|so much|very much|for asking|no))*[\s,.!:;…-]*\Z",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:(?:please )?(?:let me know|feel free|don't hesitate|do not hesitate|reach out)\b"
    r"|(?:i|we) (?:hope|trust) (?:this|that|it|these|you)\b|hope (?:this|that|it) helps"
    r"|if you (?:have|need|want|would like|'d like|are interested)\b[^;]{0,80}"
    r"\b(?:ask|know|free|reach|please|tell|contact|happy|glad|help)\b"
    r"|(?:i'm|i am|i'd be|i would be|we're) (?:happy|glad|here|sorry|delighted|an? (?:ai"
    r"|language))\b"
    r"|(?:would|do) you (?:like|want)\b|is there anything\b|as an? (?:ai|language model)\b"
    r"|i (?:can|could|cannot|can't) (?:help|assist|provide|also)\b|good luck\b|enjoy\b"
    r"|have a (?:nice|great))",
    re.IGNORECASE,
)
_ABOUT_ANSWER = re.compile(
    r"(?:(?:here|below|above|following) (?:is|are|you will find)\b|here's\b|in summary\b"
    r"|to summarize\b"
    r"|(?:this|the) (?:answer|explanation|response|summary|overview|section|list) "
    r"(?:covers|explains|describes|is (?:below|as follows))\b|as (?:follows|mentioned|noted"
    r"|stated)\b"
    r"|the (?:answer|steps|details|reasons?|results?|following \w+)? ?(?:is|are) (?:as follows"
    r"|below|these|this)\b"
    r"|(?:let's|let us) (?:look|see|go|break|start|begin|dive|explore|consider)\b)",
    re.IGNORECASE,
)
_SELF_TALK = re.compile(
    r"(?:(?:let me|let's|let us|let me see|i (?:need|have|want|should|must|will|can|might|could"
    r"|am going|wonder)"
    r"|i'll|i'd|i'm|we (?:need|have|want|should|must|will|can|could)|we'll|we'd|my (?:task|job"
    r"|plan|goal))\b"
    r"|(?:the|this) (?:user|question|task|prompt|problem|passage) (?:is asking|asks|wants"
    r"|requires|needs)\b"
    r"|(?:first|next|then|now|so|okay|ok|alright|wait|hmm+|well),? (?:let me|let's|let us"
    r"|i (?:need|should"
    r"|will|have|want|answer|say|conclude)|i'll|we (?:need|should|will|have|answer|say))\b"
    r"|(?:is|was) (?:that|this|it) (?:right|correct)|(?:looking|thinking|going) (?:at|about|back"
    r"|over)\b)",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"(?:(?:wait|no|hmm+|hold on|actually|oops|sorry|scratch that|oh)[,.!…\s-]+){1,5}"
    r"(?:(?:that|this|it)(?:'s| is| was| isn't| can't be| cannot be| seems| must be)"
    r"\s*(?:not |clearly |obviously |just ){0,3}(?:wrong|incorrect|right|correct|a mistake"
    r"|an error|mistaken|true)"
    r"|i (?:was|made|misread|misremember|mixed|confused)\b|scratch that)"
    r"|(?:that|this|it)(?:'s| is| was) (?:wrong|incorrect|not (?:right|correct|true)"
    r"|a mistake)(?=[.,;!]|\Z)",
    re.IGNORECASE,
)
_ASSURED = re.compile(r"(?:that|this|it)(?:'s| is| was) (?:right|correct|true)", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:(?:please|always|never|simply|just|then|next|finally|first|also|now|instead|don't"
    r"|do not)[, ]{1,2}){0,4}"
    r"(?:call|use|try|make sure|ensure|check|run|install|see|refer|remember|consider|click|open"
    r"|pass"
    r"|add|set|avoid|go|visit|read|note|type|enter|choose|select|follow|start|begin|keep"
    r"|be (?:sure|careful|aware)"
    r"|mix|stir|pour|heat|preheat|cook|bake|serve|wash|cut|place|put|turn|press|write|save|import"
    r"|wait|think|imagine|suppose|look|multiply|divide|subtract|compute|calculate|convert"
    r"|simplify|substitute|solve|apply|repeat|take|contact|consult|ask|tell|give|don't"
    r"|do not)\b(?!\s+of\b)(?!(?:\s+\w+){0,3}\s+(?:is|are|was|were|has|have|can)\b)",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(r"\W*what (?:does|do|did|is|are|happens)\b", re.IGNORECASE)
"""Questions that "Write the object to a file." is no order, but an answer to."""
_HEDGE = re.compile(
    r"\b(?:might|may|could|perhaps|maybe|possibly|probably|presumably|likely|seems?|appears?"
    r"|conceivably"
    r"|supposedly|i guess|not sure|unclear|depends|sometimes)\b",
    re.IGNORECASE,
)
_PRAISE = (
    r"(?:best(?:-\w+)?|worst|beautiful|wonderful|amazing|awesome|great(?:est)?|lovely"
    r"|fascinating|interesting|impressive|incredible|fantastic|excellent|terrible|awful|boring"
    r"|ugly|elegant"
    r"|magnificent|stunning|remarkable|delightful|charming|iconic|beloved|loved|favou?rite"
    r"|finest|perfect"
    r"|brilliant|inspiring|breathtaking|overrated|underrated|fun|funny|enjoyable|worth(?:while"
    r"| \w+ing)?"
    r"|superb|outstanding|exceptional|must-see|legendary|unforgettable|tasty"
    r"|delicious|pleasant|exciting|disappointing)"
)
_OPINION = re.compile(rf"\b(?:arguably|{_PRAISE})\b", re.IGNORECASE)
_REPUTED = re.compile(r"\b(?:considered|regarded|voted|ranked|rated|named|called|known)\b")
_LIKING = re.compile(
    r"(?:i|we) (?:really |truly |personally |just |always |absolutely )*(?:love|like|hate"
    r"|dislike|prefer|enjoy"
    r"|adore|recommend|admire)\b",
    re.IGNORECASE,
)
_ECHO = re.compile(
    rf"(?:yes,? |no,? |indeed,? )?(?:it|they|he|she|this|that|you|i|we|there)(?: (?:{BE}|does|do"
    rf"|did|can|could"
    r"|will|would|has|have|had|should|may)(?: not|n't)?|isn't|doesn't)(?: so| indeed)?[.!]*\Z",
    re.IGNORECASE,
)
_SHORT = 80
"""Characters of the longest greeting or echo."""
_PREDICATE = re.compile(rf"\b(?:{BE}|remains?|seems?|makes?|looks?|feels?|became|has been)\b")


def no_claim(text: str, question: str, trace: bool) -> bool:
    """Whether a piece of an answer, freed from its frames, states nothing that could be wrong."""
    if not any(sign.isalnum() for sign in text):
        return True
    if len(text) <= _SHORT and (_TALK.match(text) or _ECHO.match(text)):
        return True
    if _is_offer(text):
        return True
    if trace and _SELF_TALK.match(text):
        return True
    if _ABOUT_ANSWER.match(text) or _SELF_TALK.match(text):
        return not checkable(text)
    if _ORDER.match(text) and not _DESCRIBED.match(question):
        return not checkable(text)
    return _is_opinion(text, question) or _is_hedge(text, question)


def withdrawal(text: str) -> int:
    """Characters at the beginning of a sentence that take back what was said before it; 0 if
    nothing is taken back.
    """
    match = _WITHDRAWN.match(text)
    if match is None or _ASSURED.search(match.group(0)):
        return 0
    rest = text[match.end() :]
    return match.end() + len(rest) - len(rest.lstrip(" .,;:!-—"))


def _is_offer(text: str) -> bool:
    hides = " that " in text[10:] or ";" in text or VALUE.search(text)
    return bool(_OFFER.match(text)) and not hides


def _is_opinion(text: str, question: str) -> bool:
    """Praise or blame in the predicate, or a liking, and nothing beside it that could be wrong.
    What others hold, or what was asked for in these words, can be looked up.
    """
    if _LIKING.match(text):
        return not (VALUE.search(text) or IDENTIFIER.search(text))
    praise = _OPINION.search(text)
    if praise is None or _REPUTED.search(text) or praise.group(0).casefold() in question.casefold():
        return False
    verb = _PREDICATE.search(text)
    said = text[verb.start() :] if verb else ""
    return bool(_OPINION.search(said)) and not checkable(said)


def _is_hedge(text: str, question: str) -> bool:
    """A guess without any part that evidence decides on. Of code, "may" says what is allowed."""
    hedge = _HEDGE.search(text)
    if hedge is None or checkable(text):
        return False
    return not (hedge.group(0).casefold() == "may" and IDENTIFIER.search(question))
