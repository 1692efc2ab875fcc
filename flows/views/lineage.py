"""The lineage of a record as a tree of short lines, for the terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from flows.lineage.records import Cited, Lineage
from flows.lineage.relatives import Row
from store.files import put_whole
from store.pages import fill
from store.report import money_text

_SHORT, _MOST = 160, 12
_CHECKED = {
    True: "the snapshot says this there",
    False: "the snapshot says something else there",
    None: "not checked: the snapshot is not kept",
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A line with its name, and what hangs below it; ``bad`` says that something is wrong."""

    name: str
    text: str = ""
    below: list[Branch] = field(default_factory=list)
    bad: bool = False


def lineage_branch(found: Lineage) -> Branch:
    """The whole tree, from the record to its corpus and to the versions that hold it."""
    record = found.record
    return Branch(
        f"record {record['id']}",
        f"{found.fate} ({found.version.name})",
        [
            Branch("question", _short(record["question"])),
            Branch("answer", _short(record["answer"])),
            _requests(found),
            _prompt(found),
            _seed(found),
            _documents(found),
            _corpus(found),
            _verdicts(found),
            *_relatives(found),
            Branch(
                "versions",
                f"{len(found.holders):,} of the dataset know it",
                [Branch(name, fate) for name, fate in found.holders],
            ),
        ],
    )


def lineage_tree(branch: Branch) -> Tree:
    """The tree for the terminal."""
    tree = Tree(_label(branch))
    _grow(tree, branch)
    return tree


def save_page(found: Lineage, path: Path) -> Path:
    """Write the tree as a page, over an older one, and return its path.

    Raises:
        StoreCorrupt: the disk refused.
    """
    template = Path(__file__).with_name("lineage.html.j2")
    title = f"Where record {found.record['id']} comes from"
    put_whole(path, fill(template, title=title, tree=lineage_branch(found)).encode())
    return path


def _grow(tree: Tree, branch: Branch) -> None:
    for each in branch.below:
        _grow(tree.add(_label(each)), each)


def _label(branch: Branch) -> Text:
    label = Text(branch.name, style="bold")
    if branch.text:
        label.append(f": {branch.text}", style="not bold red" if branch.bad else "not bold")
    return label


def _requests(found: Lineage) -> Branch:
    """The calls behind the record, and those that nobody remembers."""
    requests = found.requests
    if found.record["generation_mode"] == "rule-based":
        return Branch("requests", "none, it was made by a rule")
    below = [Branch(row["key"][:16], _call(row)) for row in requests.rows]
    why = requests.why or "the journal does not hold it any more"
    below += [Branch(key[:16], why) for key in requests.missing]
    return Branch("requests", f"{len(below):,}", below)


def _call(row: Row) -> str:
    tokens = f"{row['input_tokens']:,} + {row['output_tokens']:,} tokens"
    attempts = f"{row['attempts']:,} attempt{'' if row['attempts'] == 1 else 's'}"
    return (
        f"{row['teacher']} ({row['model']}), {attempts}, {tokens}, {money_text(row['usd'])}, "
        f"{row['latency_s']:.1f} s, answered {row['answered_at']}"
    )


def _prompt(found: Lineage) -> Branch:
    record = found.record
    name = f"{record['prompt_id'] or 'none'}, sha256 {(record['prompt_sha256'] or '–')[:16]}"
    return Branch("prompt", f"{name}: {found.prompt}", bad="another one" in found.prompt)


def _seed(found: Lineage) -> Branch:
    """What was asked for: method, style, teacher, and what the plan drew."""
    record, metadata = found.record, found.metadata
    drawn = [
        Branch(name, ", ".join(f"{key} {value}" for key, value in metadata[name].items()))
        for name in ("fact", "conditions")
        if metadata.get(name)
    ]
    made = f"{record['method']}, {record['style']}, by {record['teacher']}"
    return Branch("seed", f"{record['seed_id']}: {made} ({record['generation_mode']})", drawn)


def _documents(found: Lineage) -> Branch:
    """Each document with the stretches that the record cites."""
    ids = list(dict.fromkeys(each.document_id for each in found.cited))
    return Branch("documents", f"{len(ids):,}", [_document(found, id_) for id_ in ids])


def _document(found: Lineage, id_: str) -> Branch:
    own = [each for each in found.cited if each.document_id == id_]
    return Branch(id_, _facts(found.documents.get(id_)), [_stretch(each) for each in own])


def _facts(document: Row | None) -> str:
    """What a document states about itself."""
    if document is None:
        return "nothing else is kept of it"
    said = [document["title"]]
    for word, name in (("source", "source"), ("licence", "licence"), ("version", "version"),
                       ("valid from", "valid_from"), ("valid to", "valid_to")):  # fmt: skip
        if document.get(name):
            said.append(f"{word} {document[name]}")
    return ", ".join(part for part in said if part)


def _stretch(cited: Cited) -> Branch:
    where = cited.passage_id + (f" [{cited.start}:{cited.end}]" if cited.end is not None else "")
    below = [Branch("text", _short(cited.text))] if cited.text else []
    below += [Branch("claim", _short(cited.said))] if cited.said else []
    if cited.role != "shown":
        below.append(Branch("check", _CHECKED[cited.checked], bad=cited.checked is False))
    return Branch(cited.role, where, below)


def _corpus(found: Lineage) -> Branch:
    corpus = found.version.manifest.get("corpus", {})
    kept = "still in the working folder" if found.kept else "not in the working folder any more"
    count = corpus.get("documents")
    documents = f"{count:,} documents, " if count is not None else ""
    return Branch("corpus snapshot", f"{corpus.get('snapshot', '–')}: {documents}{kept}")


def _verdicts(found: Lineage) -> Branch:
    said = [
        Branch(row["stage"], _verdict(row), bad=row["decision"] == "drop") for row in found.verdicts
    ]
    return Branch("verdicts", f"{len(said):,}", said)


def _verdict(row: dict[str, Any]) -> str:
    score = "" if row["score"] is None else f"score {row['score']:.3f}"
    detail = row["detail"].partition("\n")[0]
    witness = f"witness {row['witness']}" if row["witness"] else ""
    parts = (row["decision"], row["reason"], score, _short(detail), witness)
    return ", ".join(part for part in parts if part)


def _relatives(found: Lineage) -> Iterator[Branch]:
    if found.relatives:
        below = [Branch(each.how, f"{each.id}, {each.fate}") for each in found.relatives[:_MOST]]
        more = len(found.relatives) - _MOST
        below += [Branch("and", f"{more:,} more")] if more > 0 else []
        yield Branch("related records", f"{len(found.relatives):,}", below)


def _short(text: str | None) -> str:
    flat = " ".join((text or "").split())
    return flat if len(flat) <= _SHORT else f"{flat[: _SHORT - 1]}…"
