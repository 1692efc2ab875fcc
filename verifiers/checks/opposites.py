"""Words that say the opposite of each other: a table of common pairs, and prefixes that undo."""

from __future__ import annotations

import re
from functools import lru_cache

from verifiers.wording import stem

_PAIRS = """
increase/decrease increase/reduce increase/decline increase/fall rise/fall rise/drop rose/fell
risen/fallen grow/shrink grew/shrank expand/contract expand/shrink gain/lose gained/lost win/lose
won/lost winner/loser victory/defeat raise/lower accelerate/decelerate improve/worsen
strengthen/weaken widen/narrow lengthen/shorten heat/cool freeze/melt inhale/exhale
inflate/deflate before/after earlier/later early/late earliest/latest first/last former/latter
previous/next begin/end began/ended beginning/end start/end start/stop start/finish open/close
opened/closed opening/closing arrive/depart arrival/departure enter/leave enter/exit entrance/exit
ancient/modern past/future old/new old/young older/younger older/newer oldest/youngest
oldest/newest north/south east/west northern/southern eastern/western northeast/southwest
northwest/southeast left/right above/below over/under upper/lower top/bottom up/down
upward/downward upstream/downstream inside/outside inner/outer internal/external interior/exterior
indoor/outdoor front/back forward/backward ascending/descending ascend/descend
clockwise/counterclockwise clockwise/anticlockwise horizontal/vertical near/far onshore/offshore
urban/rural inland/coastal import/export importer/exporter buy/sell bought/sold buyer/seller
purchase/sale borrow/lend lent/borrowed debtor/creditor income/expense profit/loss surplus/deficit
revenue/expenditure asset/liability employer/employee supply/demand deposit/withdrawal
deposit/withdraw credit/debit wholesale/retail always/never all/none everyone/nobody
everything/nothing often/rarely frequently/rarely frequently/seldom often/seldom usually/rarely
temporary/permanent temporarily/permanently more/less more/fewer most/least maximum/minimum
maximal/minimal max/min many/few highest/lowest higher/lower high/low largest/smallest
larger/smaller large/small big/small bigger/smaller longest/shortest longer/shorter long/short
tallest/shortest taller/shorter deepest/shallowest deep/shallow wide/narrow wider/narrower
thick/thin heaviest/lightest heavier/lighter heavy/light fastest/slowest faster/slower fast/slow
quick/slow quickly/slowly highly/slightly fully/partially completely/partially entirely/partly
major/minor majority/minority allow/forbid allow/prohibit permit/forbid permit/prohibit allow/deny
legal/illegal legalise/ban include/exclude including/excluding accept/reject accept/refuse
approve/reject approve/disapprove agree/disagree admit/deny confirm/deny support/oppose
favor/oppose favour/oppose praise/criticise praise/criticize love/hate like/dislike friend/enemy
ally/enemy attack/defend succeed/fail success/failure pass/fail guilty/innocent convict/acquit
true/false correct/incorrect right/wrong good/bad better/worse best/worst positive/negative
advantage/disadvantage strength/weakness safe/dangerous easy/difficult easy/hard simple/complex
strong/weak stronger/weaker rich/poor wet/dry hot/cold hotter/colder hottest/coldest warm/cool
warmer/cooler warmest/coolest hard/soft bright/dark light/dark light/heavy black/white day/night
summer/winter sunrise/sunset dawn/dusk full/empty alive/dead living/dead live/die born/died
birth/death male/female man/woman men/women boy/girl boys/girls father/mother son/daughter
brother/sister husband/wife king/queen uncle/aunt actor/actress god/goddess paternal/maternal
his/her he/she public/private domestic/foreign national/international native/foreign
civil/military liberal/conservative left-wing/right-wing professional/amateur formal/informal
theory/practice natural/artificial organic/synthetic organic/inorganic raw/cooked acidic/alkaline
acid/base solid/liquid gas/solid opaque/transparent conductor/insulator cathode/anode
proton/electron attract/repel absorb/emit evaporate/condense oxidation/reduction
endothermic/exothermic herbivore/carnivore predator/prey vertebrate/invertebrate nocturnal/diurnal
benign/malignant acute/chronic hypertension/hypotension systolic/diastolic agonist/antagonist
synchronous/asynchronous mutable/immutable signed/unsigned static/dynamic public/protected
encrypt/decrypt encode/decode compress/decompress serialize/deserialize upload/download push/pull
read/write add/remove insert/delete create/delete create/destroy enable/disable enabled/disabled
install/uninstall lock/unlock attach/detach connect/disconnect mount/unmount allocate/free
input/output client/server sender/receiver send/receive request/response required/optional
mandatory/optional compulsory/optional explicit/implicit explicitly/implicitly absolute/relative
single/multiple singular/plural odd/even prefix/suffix even/uneven lowercase/uppercase
inclusive/exclusive lossy/lossless stateful/stateless blocking/nonblocking deprecated/recommended
obsolete/current stable/unstable open/proprietary numerator/denominator add/subtract
multiply/divide addition/subtraction sum/difference convex/concave finite/infinite
concrete/abstract theoretical/practical objective/subjective active/passive direct/indirect
directly/indirectly voluntary/compulsory voluntary/involuntary separate/together apart/together
united/divided unite/divide join/leave joined/left hire/fire hired/fired appoint/dismiss
elect/depose attacker/defender aggressor/victim parent/child ancestor/descendant teacher/student
doctor/patient landlord/tenant plaintiff/defendant majority/unanimous monarchy/republic
democracy/dictatorship war/peace peaceful/violent ascent/descent takeoff/landing launch/landing
import/domestic with/without inside/beyond within/beyond much/slightly far/slightly
considerably/slightly circular/elongated push/pop floor/ceiling prograde/retrograde
innermost/outermost
"""
_VETOED = frozenset("important importance position positions activity activities nature".split())
"""Words that share their stem with a word of the table and not its meaning."""
_MEASURED = r"(?:able|ible|al|ent|ant|ate|ite|ive|ar|ous|ect|ure|id|ence|ance|ity|ly|ed|ing)$"
_UNDOING = re.compile(
    r"(?:(?:un|non-?)(?P<any>\w{4,})"
    r"|(?:in|im|il|ir)(?P<measured>\w{3,20}" + _MEASURED[:-1] + r")"
    r"|dis(?P<listed>agree|approv|appear|allow|like|connect|continu|prov|honest|similar|loyal"
    r"|satisf|engag|assembl|qualif|obey|trust|belie)\w*)$"
)


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.split():
        one, two = map(stem, pair.split("/"))
        if one != two:
            found.setdefault(one, set()).add(two)
            found.setdefault(two, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(maxsize=100_000)
def opposites(word: str) -> frozenset[str]:
    """Stems of the words that say the opposite of a word in folded case, as far as is known."""
    if word in _VETOED:
        return frozenset()
    known = _table().get(stem(word), frozenset())
    base = undone(word)
    return known | {stem(base)} if base else known


@lru_cache(maxsize=100_000)
def undone(word: str) -> str:
    """What a prefix in a word undoes: "possible" for "impossible"; empty where there is none."""
    match = _UNDOING.match(word)
    if match is None:
        return ""
    if match["listed"]:
        return word[3:]
    return match["any"] or match["measured"] or ""
