"""Small words and verbs of English, by which sentences are told from fragments of one."""

from __future__ import annotations


def _set(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


ASKS = _set("what which who whom whose when where why how whats hows wheres whos")
BE = _set("is are was were am isnt arent wasnt werent isn't aren't wasn't weren't")
DO = _set(
    "do does did dont doesnt didnt don't doesn't didn't can could cant couldnt can't couldn't",
    "cannot will would wont wouldnt won't wouldn't shall should shouldnt shouldn't may might must",
)
HAVE = _set("has have had hasnt havent hadnt hasn't haven't hadn't")
AUXILIARIES = BE | DO | HAVE
SUBJECTS = _set(
    "i you he she it we they there this that these those someone anyone everyone nobody"
)
JOINED = _set(
    "i'm i've i'd i'll it's it'll you're you've you'll he's she's we're we've we'll they're",
    "they've that's there's here's what's who's where's how's let's im ive youre theyre thats",
    "theres heres lets",
)
"""Pronouns with their verb in one word."""
DETERMINERS = _set("the a an my your his her its our their some any each every no another all")
SMALL = (
    DETERMINERS
    | SUBJECTS
    | ASKS
    | AUXILIARIES
    | _set(
        "of in on at to for from with without by about between into through during before after",
        "over under and or but if because while than as me him us them be been being not than",
        "whether until against along across behind near per via like",
    )
)
LEAD_INS = _set(
    "please pls plz hi hey hello dear sir madam ok okay so and but also well thanks now then just",
    "good morning afternoon evening yes no oh hmm um kindly first second finally lastly next or",
    "quick question actually additionally furthermore moreover however plus sorry yo",
)
DANGLING = _set(
    "the a an my your our their his and or but because if than as every which between into during",
    "without through until since although whether before after while",
)
STRANDED = _set("to of for with from by about at")
"""What a question may end with, and hardly ever anything else."""
SPEAKING = _set(
    "explain define describe summarize summarise compare translate discuss clarify elaborate",
)
REQUESTS = SPEAKING | _set(
    "list give tell show write create make find convert calculate compute solve help fix generate",
    "suggest recommend name state outline provide draft rewrite rephrase edit correct check",
    "review analyze analyse identify classify extract sort count plan design build implement add",
    "remove use let draw prove estimate evaluate choose pick answer teach walk imagine act",
    "pretend turn set get put take keep send read look try consider return print replace complete",
    "continue finish simplify shorten expand improve proofread order rank group split merge",
    "assume discover propose mention quote cite verify confirm decide determine predict guess say",
    "think remember note avoid start stop open close call run test debug refactor optimize",
    "optimise document comment paraphrase bring speak format organize organise arrange schedule",
    "book cancel change update delete move copy paste apply do don't dont be go come see ask",
    "remind invent compose sketch brainstorm advise contrast justify argue illustrate demonstrate",
    "derive enumerate record recall report select match fill rate grade categorize categorise",
    "capitalize capitalise output place develop construct research reword modify detect combine",
    "transform interpret examine highlight insert reverse formulate prepare",
)
"""Verbs that a request begins with."""
NUMBERS = _set("\u25a1 one two three four five six seven eight nine ten several")
"""Numbers before an object; figures are holes in prose."""
GIVEN = _set("given using based from in for with assuming considering after by as imagine suppose")
"""What begins a phrase before a request: ``given a list, sort it``."""
FINITE = _set(
    "crashed failed stopped happened worked started returned said told went got took came saw",
    "wrote broke began became gave knew sent forgot bought paid ran tried noticed wanted needed",
    "asked thought felt discovered invented founded died lived received refused ended changed",
    "froze need want think know wonder believe hope feel guess suppose keep get says seems wants",
    "appears becomes contains consists depends remains refuses expects requires allows prevents",
    "determines happens freezes explains keeps goes gets takes gives makes",
)
"""Verbs that end as only finite forms do, or are hardly ever nouns."""
AFTER_VERBS = DETERMINERS | _set(
    "me us him her them it that this these those when if because back out up down off none no not",
    "blank only always never too well badly again twice very fine everything nothing something",
)
"""What stands behind a verb, and hardly ever behind the plural of a noun."""
AFTER_NOUNS = _set("of for between and or by vs versus in on")
"""What stands behind a noun, and hardly ever behind a verb."""
OBJECTS = DETERMINERS | _set("me us it them this that these those")
"""What the object of a request begins with."""
PAST = _set(
    "flew made drew held led met rose fell won built grew set overtook found left put cut hit lost",
    "spent stood taught wore chose drove ate hurt let read shut spread split caught brought kept",
)
"""Forms of the past that may be those of a noun or of a participle, too."""
