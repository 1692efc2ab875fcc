"""Answers that refuse, chat, or give the question back; the tables of phrases are all here.

A refusal counts where the answer begins with it: an answer that speaks about refusals, or a letter
that declines an invitation, is an answer. So is "the documentation does not say", which tells the
reader something true about the source.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from store.text import normalise, squeeze

_AI = r"an? (?:\w+ )?(?:ai\b|artificial intelligence|(?:large )?language model|chatbot|assistant)"
_CANNOT = (
    r"(?:can't|cannot|can not|couldn't|could not|won't|will not|do(?:n't| not) have the "
    r"(?:ability|capability)|must (?:decline|refuse)|have to (?:decline|refuse)"
    r"|(?:am|'m) (?:not (?:able|allowed|permitted|programmed|comfortable|capable|designed)|unable))"
    r"(?: to| of)?"
)
_TASK = (
    r"(?:assist|help|provid|fulfil|compl[yi]|generat|creat|answer|respond|writ|access|brows|open|view"
    r"|engag|support|discuss|shar|giv|offer|perform|do (?:that|this)|process|produc|draw|display"
    r"|predict|determin|continu|participat|recommend|promot|condon|translat|summari[sz]|identif"
    r"|recogni[sz]e|find|search|play|send|execut|tell you|say|understand)"
)
_SORRY = (
    r"(?:(?:i'm|i am|we're) (?:\w+ )?sorry|sorry|(?:my )?apologies|i apologi[sz]e"
    r"|unfortunately|regrettably)"
)
REFUSALS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_SORRY}\b[^.!?]{{0,60}}?\bi (?:\w+ )?{_CANNOT} (?:\w+ )?{_TASK}",
        rf"{_SORRY}\b[^.!?]{{0,30}}[.!] i (?:\w+ )?{_CANNOT} (?:\w+ )?{_TASK}",
        rf"(?:{_SORRY}, )?(?:but )?(?:as|being|since i'm|i'm|i am) (?:just |only )?{_AI}[^.!?]{{0,80}}"
        rf"\bi (?:\w+ )?(?:{_CANNOT}|do(?:n't| not)|am not|'m not|have no|lack)\b",
        rf"i (?:\w+ )?{_CANNOT} (?:assist|help(?: you)? with|fulfil\w*|comply with|answer|respond to"
        r"|engage in|provide|generate|create) (?:\w+ )?(?:that|this|your|the|such|these|those)\b",
        r"it (?:is|would be) (?:unethical|inappropriate|not (?:appropriate|ethical)) for me to",
    ),
    "de": (
        r"(?:(?:es )?tut mir (?:\w+ )?leid|leider|entschuldigung|ich bedau[er]+e?)\b[^.!?]{0,40}?"
        r"\b(?:kann|darf|werde) (?:ich )?[^.!?]{0,80}\b(?:nicht|keine?\w{0,2})\b[^.!?]{0,60}"
        r"(?:helfen|beantworten|bereitstellen|erstellen|generieren|schreiben|unterstützen|erfüllen"
        r"|geben|liefern|nachkommen|ausführen|zugreifen|anbieten|dienen)",
        r"(?:tut mir (?:\w+ )?leid, (?:aber )?)?als (?:eine? )?(?:ki|künstliche intelligenz"
        r"|(?:\w+-?)?sprachmodell|assistent)\b[^.!?]{0,80}\b(?:nicht|keine?\w{0,2})\b",
    ),
    "fr": (
        r"(?:je (?:suis|regrette)(?: vraiment)?(?: désolée?)?|désolée?|malheureusement)\b[^.!?]{0,40}?"
        r"\bje ne (?:peux|puis|suis|pourrai) pas\b[^.!?]{0,40}(?:aider|assister|fournir|répondre"
        r"|générer|créer|écrire|accéder|donner|satisfaire|traiter|aborder)",
        r"en tant qu(?:e |')(?:une? )?(?:ia|intelligence artificielle|modèle|assistant)\b[^.!?]{0,80}"
        r"\bje (?:ne |n')(?:peux|puis|suis|dispose|possède|ai)\b",
    ),
    "es": (
        r"(?:lo siento|lamento|disculpa|perdón|lamentablemente|desafortunadamente)\b[^.!?]{0,40}?"
        r"\bno (?:puedo|podré|me es posible|soy capaz de|estoy autorizad[oa] a)\b[^.!?]{0,30}"
        r"(?:ayudar|asistir|proporcionar|responder|generar|crear|escribir|cumplir|acceder|dar"
        r"|ofrecer|realizar)",
        r"como (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|asistente)\b[^.!?]{0,80}"
        r"\bno (?:puedo|tengo|soy|estoy|poseo)\b",
    ),
}
"""How a refusal begins, by language; lower case, plain quotes. Each pattern starts the answer."""
_CUES = (
    "sorry", "apolog", "unfortunately", "regrettabl", "can't", "can’t", "cannot", "unable",
    "decline", "refuse", "not able", "unethical", "inappropriate", "intelligence",
    "language model", "chatbot", "assistant", " ai", "leid", "leider", "entschuldig", "bedau",
    "sprachmodell", "als ki", "désolé", "malheureus", "regrette", "en tant qu", "lo siento",
    "lament", "disculpa", "perdón", "desafortun", "modelo", "como ia",
)  # fmt: skip
"""Each refusal has one of these near its beginning: a cheap look before the patterns."""
_GROUNDED = re.compile(
    r"\b(?:from|in|on|by|within|based on) (?:the|this|these|your) (?:\w+ ){0,2}(?:documentation|docs?"
    r"|passages?|documents?|sources?|manual|context|corpus|excerpt|information (?:given|provided))\b"
    r"|\b(?:documentation|passages?|documents?|sources?|manual|context|text|article|excerpt) (?:\w+ )?"
    r"(?:do(?:es)?(?:n't| not)|contains? no|gives? no|makes? no|has no|is silent|never)\b"
    r"|\b(?:dokumentation|abschnitt|quelle|textstelle|documentation|passage|extrait|texte"
    r"|documentación|pasaje|fuente|fragmento)\b"
)
"""A refusal that names its source: a legitimate "not answerable"."""
_WRITING = re.compile(
    r"\b(?:letter|e-?mail|message|reply|respon[ds]\w*|decline|refus\w*|reject\w*|apolog\w*|excuse"
    r"|turn(?:ing)? down|dialogue|conversation|role-?play|rephrase|rewrite|paraphrase|translat\w*"
    r"|sentence|quote|chatbot|note|text)\b",
    re.IGNORECASE,
)
"""Questions that ask for somebody's words, which may refuse or chat."""
_TURN = re.compile(
    r"\b(?:however|but here|here (?:is|are)|here's|instead|that said|i can (?:offer|provide|give|help"
    r"|suggest)|generally|jedoch|hier (?:ist|sind)|cependant|toutefois|voici|sin embargo|aquí)\b"
)
_SUBSTANCE = 60
"""Words of an answer that refuses at first and then may have something to say."""
NO_OUTPUT = re.compile(
    r"[<\[(]?\s*no\s?(?:output|input|answer|response)"
    r"(?:\s(?:required|needed|expected|provided|available))?\s*[>\])]?\.?",
    re.IGNORECASE,
)
"""Placeholders a pipeline left where an answer should be."""

OPENERS = (
    "sure!", "sure,", "sure.", "sure thing", "certainly!", "certainly,", "of course!",
    "of course,", "absolutely!", "great question", "good question", "happy to help",
    "i'd be happy to", "i would be happy to", "gerne!", "natürlich!", "selbstverständlich!",
    "bien sûr !", "bien sûr!", "avec plaisir", "certainement !", "¡claro!", "¡por supuesto!",
    "por supuesto,", "claro,",
)  # fmt: skip
"""How an assistant's chatter begins."""
CLOSERS = (
    "hope this helps", "hope that helps", "let me know if you", "feel free to ask",
    "happy to help", "if you have any other questions", "if you have any further questions",
    "if you have any more questions", "anything else i can help", "is there anything else",
    "ich hoffe, das hilft", "lassen sie es mich wissen", "stehe ich gerne zur verfügung",
    "j'espère que cela", "n'hésitez pas à", "espero que esto", "no dudes en", "no dude en",
)  # fmt: skip
"""How it ends."""
FURNITURE = (
    "subscribe to our newsletter", "sign up for our newsletter", "we use cookies",
    "this website uses cookies", "this site uses cookies", "accept all cookies", "cookie policy",
    "all rights reserved", "click here to subscribe", "share this article", "read more »",
    "skip to main content", "enable javascript", "terms of service and privacy policy",
    "newsletter abonnieren", "diese website verwendet cookies", "alle rechte vorbehalten",
    "tous droits réservés", "ce site utilise des cookies", "todos los derechos reservados",
)  # fmt: skip
"""What a web page has around its text (C4's clean-up, arXiv 1910.10683, section 2.2)."""

_REFUSES = re.compile("|".join(rf"(?:{p})" for ps in REFUSALS.values() for p in ps))
_OPENING, _ENDING = 400, 300


class Found(NamedTuple):
    """A phrase that was found, and whether it makes up the answer as a whole."""

    phrase: str
    whole: bool


def refusal(question: str, answer: str) -> Found | None:
    """How an answer refuses, if it begins with that. Not ``whole`` where it then turns to an answer
    or where the question asks for somebody's words.
    """
    start = answer[:_OPENING].casefold().lstrip()
    if not any(cue in start for cue in _CUES):
        return None
    start = squeeze(start)
    match = _REFUSES.match(start)
    if match is None:
        return None
    sentence = re.match(r"[^.!?]*", start[match.start() :].replace("i'm", "im"))
    said = start[: max(match.end(), sentence.end() if sentence else 0) + 80]
    if _GROUNDED.search(said):
        return None
    turned = len(answer.split()) > _SUBSTANCE and (
        _TURN.search(answer.casefold()) is not None or "language model" in match.group(0)
    )
    return Found(match.group(0)[:120], not turned and not _WRITING.search(question))


def no_output(answer: str) -> Found | None:
    """A placeholder instead of an answer."""
    said = answer.strip() if len(answer) < 60 else ""
    return Found(said, True) if NO_OUTPUT.fullmatch(said) else None


def boilerplate(question: str, answer: str) -> Found | None:
    """Chatter around an answer, or furniture of a web page in it. What ends a letter is no chatter
    where a letter was asked for.
    """
    start = answer[:40].lstrip().casefold()
    if start.startswith(OPENERS):
        return Found(next(phrase for phrase in OPENERS if start.startswith(phrase)), False)
    folded = answer.casefold()
    for phrase in FURNITURE:
        if phrase in folded and phrase not in question.casefold():
            return Found(phrase, False)
    end = folded[-_ENDING:].replace("’", "'")
    found = next((phrase for phrase in CLOSERS if phrase in end), None)
    if found is None or _WRITING.search(question):
        return None
    return Found(found, False)


def echo(question: str, answer: str) -> Found | None:
    """An answer that says no more than its question: the same words, none added.

    A part of the question may be the answer ("Correct this sentence: …", "A or B?"), so only the
    whole of it counts.
    """
    if not 0.8 < len(answer) / max(len(question), 1) < 1.25:
        return None
    asked = normalise(question)
    return Found(answer[:80], True) if asked and asked == normalise(answer) else None


