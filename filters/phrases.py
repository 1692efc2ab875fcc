"""The phrases by which refusals, chatter, web furniture and left-overs are known: all tables here.

Patterns are read in lower case with plain quotes.
"""

from __future__ import annotations

import re

_AI = r"an? (?:\w+ )?(?:ai\b|artificial intelligence|(?:large )?language model|chatbot|assistant)"
_CANNOT = (
    r"(?:can't|cannot|can not|couldn't|could not|won't|will not"
    r"|do(?:n't| not) have the (?:ability|capability)|(?:must|have to) (?:decline|refuse)"
    r"|(?:am|'m) (?:unable|not (?:able|allowed|permitted|programmed|comfortable|capable|designed)))"
    r"(?: to| of)?"
)
_TASK = (
    r"(?:assist|help|provid|fulfil|compl[yi]|generat|creat|answer|respond|writ|access|brows|open"
    r"|view|engag|support|discuss|shar|giv|offer|perform|do (?:that|this)|process|produc|draw"
    r"|display|predict|determin|continu|participat|recommend|promot|condon|translat|summari[sz]"
    r"|identif|recogni[sz]e|find|search|play|send|execut|tell you|say|understand)"
)
_SORRY = (
    r"(?:(?:i'm|i am|we're) (?:\w+ )?sorry|sorry|(?:my )?apologies|i apologi[sz]e|unfortunately"
    r"|regrettably)"
)
_SO = r"[^.!?]{0,80}"
DISCLAIMERS: dict[str, str] = {
    "en": rf"(?:{_SORRY}, )?(?:but )?(?:as|being|since i'm|i'm|i am) (?:just |only )?{_AI}{_SO}"
    rf"\bi (?:\w+ )?(?:{_CANNOT}|do(?:n't| not)|am not|'m not|have no|lack)\b",
    "de": r"(?:tut mir (?:\w+ )?leid, (?:aber )?)?als (?:eine? )?(?:ki|künstliche intelligenz"
    rf"|(?:\w+-?)?sprachmodell|assistent)\b{_SO}\b(?:nicht|keine?\w{{0,2}})\b",
    "fr": r"en tant qu(?:e |')(?:une? )?(?:ia|intelligence artificielle|modèle|assistant)\b"
    rf"{_SO}\bje (?:ne |n')(?:peux|puis|suis|dispose|possède|ai)\b",
    "es": r"como (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|asistente)\b"
    rf"{_SO}\bno (?:puedo|tengo|soy|estoy|poseo)\b",
}
"""How an answer begins that says what its writer is instead, by language."""
REFUSALS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_SORRY}\b[^.!?]{{0,60}}?\bi (?:\w+ )?{_CANNOT} (?:\w+ )?{_TASK}",
        rf"{_SORRY}\b[^.!?]{{0,30}}[.!] i (?:\w+ )?{_CANNOT} (?:\w+ )?{_TASK}",
        rf"i (?:\w+ )?{_CANNOT} (?:assist|help(?: you)? with|fulfil\w*|comply with|answer"
        r"|respond to|engage in|provide|generate|create) (?:\w+ )?(?:th(?:at|is|e|ese|ose)|your"
        r"|such)\b",
        r"it (?:is|would be) (?:unethical|inappropriate|not (?:appropriate|ethical)) for me to",
    ),
    "de": (
        r"(?:(?:es )?tut mir (?:\w+ )?leid|leider|entschuldigung|ich bedau[er]+e?)\b[^.!?]{0,40}?"
        rf"\b(?:kann|darf|werde) (?:ich )?{_SO}\b(?:nicht|keine?\w{{0,2}})\b[^.!?]{{0,60}}"
        r"(?:helfen|beantworten|bereitstellen|erstellen|generieren|schreiben|unterstützen"
        r"|erfüllen|geben|liefern|nachkommen|ausführen|zugreifen|anbieten|dienen)",
    ),
    "fr": (
        r"(?:je (?:suis|regrette)(?: vraiment)?(?: désolée?)?|désolée?|malheureusement)\b"
        r"[^.!?]{0,40}?\bje ne (?:peux|puis|suis|pourrai) pas\b[^.!?]{0,40}(?:aider|assister"
        r"|fournir|répondre|générer|créer|écrire|accéder|donner|satisfaire|traiter|aborder)",
    ),
    "es": (
        r"(?:lo siento|lamento|disculpa|perdón|lamentablemente|desafortunadamente)\b[^.!?]{0,40}?"
        r"\bno (?:puedo|podré|me es posible|soy capaz de|estoy autorizad[oa] a)\b[^.!?]{0,30}"
        r"(?:ayudar|asistir|proporcionar|responder|generar|crear|escribir|cumplir|acceder|dar"
        r"|ofrecer|realizar)",
    ),
}
"""How a refusal begins, by language."""
REFUSAL_CUES = (
    "sorry", "apolog", "unfortunately", "regrettabl", "can't", "can’t", "cannot", "unable",
    "decline", "refuse", "not able", "unethical", "inappropriate", "intelligence",
    "language model", "chatbot", "assistant", " ai", "leid", "leider", "entschuldig", "bedau",
    "sprachmodell", "als ki", "désolé", "malheureus", "regrette", "en tant qu", "lo siento",
    "lament", "disculpa", "perdón", "desafortun", "modelo", "como ia",
)  # fmt: skip
"""Each refusal has one of these near its beginning: a cheap look before the patterns."""
GROUNDED = re.compile(
    r"\b(?:from|in|on|by|within|based on) (?:the|this|these|your) (?:\w+ ){0,2}(?:documentation"
    r"|docs?|passages?|documents?|sources?|manual|context|corpus|excerpt"
    r"|information (?:given|provided))\b"
    r"|\b(?:documentation|passages?|documents?|sources?|manual|context|text|article|excerpt)"
    r" (?:\w+ )?(?:do(?:es)?(?:n't| not)|contains? no|gives? no|makes? no|has no|is silent|never)\b"
    r"|\b(?:dokumentation|abschnitt|quelle|textstelle|documentation|passage|extrait|texte"
    r"|documentación|pasaje|fuente|fragmento)\b"
)
"""A refusal that names its source: a legitimate "not answerable"."""
TURN = re.compile(
    r"\b(?:however|but here|here (?:is|are)|here's|instead|that said|generally"
    r"|i can (?:offer|provide|give|help|suggest)|jedoch|hier (?:ist|sind)|cependant|toutefois"
    r"|voici|sin embargo|aquí)\b"
)
"""Words by which an answer turns from what it cannot do to what it can."""
SOMEBODYS_WORDS = re.compile(
    r"\b(?:letter|e-?mail|message|reply|respon[ds]\w*|decline|refus\w*|reject\w*|apolog\w*|excuse"
    r"|turn(?:ing)? down|dialogue|conversation|role-?play|rephrase|rewrite|paraphrase|translat\w*"
    r"|sentence|quote|chatbot|note|text)\b",
    re.IGNORECASE,
)
"""Questions that ask for somebody's words, which may refuse, chat or leave a name open."""
STOCK = re.compile(
    r"\b(?:assist|help|comply|fulfil\w*)(?: you)?(?: with)? (?:that|this|your)\b"
    r"|\b(?:dabei|damit) nicht helfen\b|\bayudarte con eso\b|\bvous aider\b"
)
"""A refusal that nobody but an assistant utters."""
ABOUT_REFUSALS = re.compile(
    r"\b(?:refus\w*|declin\w*|apolog\w*|sorry|turn(?:ing)? down|chatbots?|language models?"
    r"|role-?play)",
    re.IGNORECASE,
)
"""Questions to which even such a refusal may be the answer."""
ABOUT_ASSISTANT = re.compile(
    r"\b(?:are|do|did|can|could|would|will|have) you (?:\w+ )?(?:think|feel|human|real|alive|know"
    r"|conscious|sentient|have|an? |ai\b|like|believe|sleep|eat|speak|want|dream)"
    r"|\byou (?:think|feel)ing\b|\b(?:call you|about yourself|your name|who are you"
    r"|what are you)\b",
    re.IGNORECASE,
)
"""Questions about the assistant, to which "As an AI, I have no feelings" is the answer."""
NO_OUTPUT = re.compile(
    r"[<\[(]?\s*no\s?(?:output|input|answer|response)"
    r"(?:\s(?:required|needed|expected|provided|available))?\s*[>\])]?\.?",
    re.IGNORECASE,
)
"""Placeholders a pipeline left where an answer should be."""

UNFILLED = re.compile(r"\{\{[\w\s.|]{1,80}\}\}|\{%.{0,200}?%\}|<passage>", re.IGNORECASE)
"""Slots of a template."""
OPEN_SLOT = re.compile(r"\[(?:INSERT|TODO|PLACEHOLDER)|lorem ipsum", re.IGNORECASE)
"""What a writer leaves to be filled in later."""
ABOUT_TEMPLATES = re.compile(
    r"jinja|django|handlebars|mustache|liquid|ansible|helm|templat|placeholder|lorem ipsum"
    r"|\[insert|\{\{|\{%",
    re.IGNORECASE,
)
"""Questions to which a slot of a template is part of the answer."""

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

_INSTRUCTIONS = (
    r"(?:instructions?|directions|directives?|guidelines|rules|orders|(?:system )?prompts?"
    r"|constraints|programming|training)"
)
_REPLIES = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|questions?|records?)"
_SAY = r"(?:output|print|say|reply|respond|answer|write|add|include|append|insert|end|begin|start)"
_UTTER = r"(?:output|print|say|reply|respond|answer|write|state|mention|call|name)"
_AI_ONLY = r"(?:ais?|llms?|(?:\w+ )?language models?|ai (?:assistants?|models?)|chatbots?|chatgpt)"
_MODEL = rf"(?:{_AI_ONLY}|assistant|gpt)"
_TO = r"(?:dear|attention,?|hey|(?:notes?|messages?|instructions?|orders?) (?:to|for)|if you are)"
_DROP = r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?)"
_MUST = r"(?:must|has to|have to)(?: always| only| now| instead)*"
ORDERS = (
    # Drop what you were told.
    rf"\b(?:{_DROP}|(?:do not|don't|stop) (?:follow|obey)(?:ing)?)"
    r" (?:(?:all|any|each|every|of|the|these|those|everything|and) )*"
    r"(?:your|my|previous|prior|above|earlier|preceding|initial|original|system)"
    rf" (?:\w+ ){{0,3}}?{_INSTRUCTIONS}\b",
    rf"\b{_DROP} (?:all|any|every) (?:of )?(?:the )?(?:other )?"
    r"(?:instructions?|directives?|prompts?)\b",
    rf"\b{_DROP} (?:everything|all|anything|whatever|what)(?: (?:that|which|else))?"
    r" (?:above|before|(?:comes?|came|stands) (?:above|before)|in this (?:text|page|document)"
    r"|you (?:were|have been|know)\b)",
    r"\b(?:ignore|disregard) the above(?: and\b|[.!;,]|$)",
    rf"\b(?:your|all|any) (?:previous|prior|earlier|above|original) {_INSTRUCTIONS} (?:are|is)"
    r" (?:\w+ )?(?:void|cancell?ed|revoked|overridden|suspended|no longer)\b"
    r"|\b(?:instructions?|prompts?) above (?:are|is)"
    r" (?:void|cancell?ed|no longer (?:valid|in force))",
    r"\b(?:vergiss|vergessen|ignorier\w*|missacht\w*) (?:sie )?(?:\w+ ){0,3}"
    r"(?:anweisung|vorgabe|befehl|instruktion)(?:en|e)?\b",
    r"\b(?:ignore[zr]?|oublie[zr]?) (?:\w+ ){0,3}(?:instructions|consignes)"
    r" (?:précédentes|antérieures|ci-dessus)\b",
    r"\b(?:ignora|olvida)\w* (?:\w+ ){0,3}(?:instrucciones|istruzioni)\b"
    r"|\bdimentica\w* (?:\w+ ){0,3}istruzioni\b",
    r"(?:忽略|无视|忘记).{0,12}(?:指令|指示|提示)",
    r"\b(?:игнорируй|забудь)(?:те)? (?:\w+ ){0,3}(?:инструкци|указани)",
    rf"\bnew (?:system )?{_INSTRUCTIONS}:",
    rf"(?:^|[.!?:;] )new task: {_SAY}\b",
    rf"\byour (?:new|only|real|true|actual) (?:task|goal|{_INSTRUCTIONS})\b",
    r"\byour (?:task|role|job|goal) has (?:now )?changed\b",
    r"\byou are (?:now|no longer) (?:\w+ ){0,3}(?:dan|ai|model|assistant|chatbot|bound by)\b",
    rf"\b(?:act|behave) as (?:an? )?{_AI_ONLY}\b"
    rf"|\b(?:act|behave|pretend)\b[^.!?]{{0,30}}\b{_MODEL} (?:with|without|that has)(?: no| any)?"
    r" (?:rules|restrictions|limits|limitations|filters|guidelines)\b",
    r"\b(?:developer|dan|jailbreak|god|unrestricted) mode (?:enabled|activated|is on)\b",
    r"\bsystem override\b",
    # A turn or a mark that is not the text's to set.
    r"<[|｜](?!endoftext|pad|unk)[a-z][a-z_▁]{1,30}[|｜]>|<(?:start|end)_of_turn>|\[/?inst\]|<</?sys>>|\[system\]",
    r"</?\s?(?:passage|system|instructions|tool_call|function_call)\s?>",
    r"(?:\[|#{1,6} ?|\*\*)(?:system|developer) (?:message|override|note|update)\b",
    r"\b(?:system|developer) (?:message|override|instruction|note)s?:",
    r"(?:^|[.!?] |[\[#*]+ ?)(?:system|developer) prompt\b ?[\]*]*:?",
    r"\bsystem: (?:you|your|the assistant|answer|reply|respond|output|ignore|new)\b",
    r"(?:^|[.!?] )(?:human|user): .{1,300}[.!?] assistant: ",
    rf"(?:^|[.!?] )assistant: (?:sure|certainly|of course|the answer|{_SAY})\b",
    rf"#{{2,6}} ?instruction: {_SAY}\b",
    r"[-=*#<\[]{2}\s?(?:end|start|begin) of (?:the )?(?:passage|document|context|material"
    r"|user input|system prompt)\b",
    r"\"quotes\"\s?:\s?\[.{0,600}\"answer\"\s?:",
    # An order about what is said.
    rf"\b{_TO} (?:the |an? |any |all )?{_MODEL}"
    r"(?: (?:reading|that reads?|processing|summari[sz]ing)\b|[,:!.])",
    rf"\bas an? {_AI_ONLY} (?:reading|that reads|processing)\b",
    rf"\b{_AI_ONLY}(?: (?:that|which) (?:reads?|process(?:es)?)| reading| processing)\b"
    r"[^.!?]{0,40}\b(?:must|should|has to|have to|will)\b",
    rf"\b(?:{_AI_ONLY}|the assistant) {_MUST} {_UTTER}\b",
    r"\b(?:reveal|print|repeat|output|show|tell|leak) (?:me |us )?(?:your|the) (?:\w+ )?"
    r"(?:system prompt|initial prompt|hidden prompt|system message|initial instructions)\b",
    r"\bfrom (?:now|here|this (?:point|moment)) on,?"
    rf" (?:you (?:will|must|shall|are to)(?: only| always)? {_UTTER}"
    r"|(?:only |always )?(?:respond|reply|answer|output))\b",
    r"\b(?:do not|don't) answer (?:the|this|any) questions?\b[^a-z]{1,3}"
    rf"(?:instead,? |just |only ){_SAY}\b",
    rf"\bstop what you are doing and {_SAY}\b",
    r"\bwhen (?:generating|writing|creating|making) (?:\w+ )?"
    r"(?:questions|answers|records|summaries) (?:from|about|on|for) this"
    r" (?:text|page|passage|document)\b",
    rf"\b{_SAY}\b[^.!?]{{0,60}}\b(?:in|to|with|of|as|at) (?:the (?:end|beginning) of )?"
    rf"(?:every|each|all(?: of)? your) (?:\w+ )?{_REPLIES}\b",
    rf"\bin the [\"'](?:answer|question)[\"'] field,? {_SAY}\b"
    r"|\b(?:set|fill) (?:in )?the \"?(?:answer|question)\"? field of (?:the|your) json\b",
    r"\b(?:following|this) (?:text|sentence|link|words?) (?:in|into|to) your"
    r" (?:answer|reply|response)s?\b",
    rf"\b(?:correct|right|expected|only|true) {_REPLIES}"
    rf" (?:to|for) (?:every|all|any|each) {_REPLIES}",
    r"\b(?:correct|right|expected) answer (?:is|must be|should be) [^.!?]{1,40}?"
    r"(?:whatever|regardless|no matter|even if)\b",
    rf"\b{_SAY}(?: only| just| exactly| simply)* (?:with )?(?:the word |exactly )?"
    r"[\"']?(?:pwned|hacked|owned|jailbroken)\b",
    rf"\byour {_REPLIES} (?:must|should|has to|will) (?:now )?(?:match|follow|conform to|use|be in)"
    r" (?:this|the following)\b",
)
"""Orders to a model, in documents or in what was made of them. What people say to each other, too
("answer with yes or no", "follow the instructions above"), is left out."""
