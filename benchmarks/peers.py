"""One peer on texts and vectors of a folder: ``python -P peers.py NAME FOLDER THRESHOLD``.

It imports nothing of ours, so that any interpreter can run it. The folder holds ``texts.jsonl``, a
JSON string per line, and for what compares meanings ``vectors.npy``. The last line of the output is
JSON: the version, CPU-seconds and seconds from texts to decisions, how far the peak of memory grew,
and in ``stands`` for each row the row or group that it is kept as, or -1 for one that was dropped
by a peer that does not say why. Imports and reading the files are not timed.
"""

from __future__ import annotations

import json
import re
import resource
import struct
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

PERMS = 128
WORDS, CHARS = 3, 5
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
WORD = re.compile(r"\w+")
Stands = list[int]
Run = Callable[[], Stands]
Grams = Callable[[str], list[str]]


def shingles(text: str) -> list[str]:
    """Word 3-grams in lower case; a shorter text is one gram."""
    words = WORD.findall(text.lower())
    return [" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))]


def characters(text: str) -> list[str]:
    """Distinct character 5-grams of the words in lower case."""
    plain = " ".join(WORD.findall(text.lower()))
    return list({plain[i : i + CHARS] for i in range(max(1, len(plain) - CHARS + 1))})


def datasketch(
    texts: Sequence[str], _folder: Path, threshold: float, grams_of: Grams = shingles
) -> Run:
    """MinHashLSH as in its manual: a text that finds none of those before it is inserted."""
    package = import_module("datasketch")

    def run() -> Stands:
        index = package.MinHashLSH(threshold=threshold, num_perm=PERMS)
        stands = []
        grams = ([gram.encode() for gram in grams_of(text)] for text in texts)
        for row, signature in enumerate(package.MinHash.generator(grams, num_perm=PERMS)):
            found = index.query(signature)
            stands.append(min(found) if found else row)
            if not found:
                index.insert(row, signature, check_duplication=False)
        return stands

    return run


def rensa(texts: Sequence[str], _folder: Path, threshold: float, grams_of: Grams = shingles) -> Run:
    """RMinHashDeduplicator with its index, all pairs at once."""
    package = import_module("rensa")

    def run() -> Stands:
        index = package.RMinHashDeduplicator(threshold, PERMS, use_lsh=True)
        added = index.add_pairs([(str(row), grams_of(text)) for row, text in enumerate(texts)])
        return [row if new else -1 for row, new in enumerate(added)]

    return run


def text_dedup(texts: Sequence[str], _folder: Path, threshold: float) -> Run:
    """Its signatures, buckets and union-find, as its command line puts them together."""
    import numpy as np

    minhash, tools = import_module("text_dedup.minhash"), import_module("text_dedup.utils")

    def run() -> Stands:
        bands, rows = tools.optimal_param(threshold, PERMS, 0.5, 0.5)
        ranges = [(i * rows, (i + 1) * rows) for i in range(bands)]
        prime, rng = np.uint64((1 << 61) - 1), np.random.RandomState(42)
        factors = rng.randint(1, prime, size=(PERMS,), dtype=np.uint64)
        offsets = rng.randint(0, prime, size=(PERMS,), dtype=np.uint64)
        tables: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in ranges]
        for row, text in enumerate(texts):
            found = minhash.embed_func(
                text,
                row,
                **{"num_perm": PERMS, "ngram_size": WORDS, "min_length": 0},
                **{"hashranges": ranges, "permutations": (factors, offsets)},
                **{"hash_func": tools.xxh3_32hash, "dtype": np.uint64},
                **{"max_hash": np.uint32((1 << 32) - 1), "modulo_prime": prime},
            )
            for table, key in zip(tables, found["__signatures__"], strict=True):
                table[key].append(row)
        groups = tools.UnionFind()
        for table in tables:
            for bucket in table.values():
                for row in bucket[1:]:
                    groups.union(row, bucket[0])
        return [groups.find(row) for row in range(len(texts))]

    return run


def datatrove(texts: Sequence[str], _folder: Path, _threshold: float) -> Run:
    """Its four steps on one rank, 14 buckets of 8 hashes; words parted at spaces, which needs no
    further package and is quicker than its default.
    """
    minhash = import_module("datatrove.pipeline.dedup.minhash")
    document = import_module("datatrove.data").Document
    words = import_module("datatrove.utils.word_tokenizers")
    import_module("datatrove.utils.logging").logger.remove()
    spaces: Any = type("Spaces", (words.WordTokenizer,), {"word_tokenize": _at_spaces})
    spaces.__abstractmethods__ = frozenset()
    config = minhash.MinhashConfig(n_grams=WORDS)

    def run() -> Stands:
        documents = [document(text=text, id=str(row)) for row, text in enumerate(texts)]
        with tempfile.TemporaryDirectory() as place:
            one, two, three = (f"{place}/{name}" for name in ("signatures", "pairs", "clusters"))
            signing = minhash.MinhashDedupSignature(one, config, spaces())
            hashed = signing._hash_func
            # xxhash 4 takes bytes only, and datatrove gives it text.
            signing._hash_func = lambda gram: hashed(gram.encode())
            signing.run(iter(documents))
            for bucket in range(config.num_buckets):
                pairing = minhash.MinhashDedupBuckets(one, two, config=config, lines_to_buffer=1000)
                pairing.run(None, bucket, config.num_buckets)
            clustering = minhash.MinhashDedupCluster(two, three, config, save_cluster_id=True)
            clustering.run(None, 0, 1)
            kept = list(minhash.MinhashDedupFilter(three).run(iter(documents)))
            path = Path(three, "000000.clusters")
            data = path.read_bytes() if path.exists() else b""
        # Groups have numbers beyond those of the rows.
        group = {row: len(texts) + number for row, number in struct.iter_unpack("<2I", data)}
        assert len(kept) == len(texts) - len(group) + len(set(group.values()))
        return [group.get(row, row) for row in range(len(texts))]

    return run


def _at_spaces(_self: object, text: str) -> list[str]:
    return text.split()


def distilabel(texts: Sequence[str], _folder: Path, threshold: float) -> Run:
    """Its step MinHashDedup over character 5-grams, in batches of 1,000."""
    package = import_module("distilabel.steps")

    def run() -> Stands:
        step = package.MinHashDedup(name="dedup", tokenizer="ngrams", n=5, threshold=threshold)
        step.load()
        step._lsh._require_bytes_keys = False  # which datasketch 2 asks for and it does not know
        kept: list[bool] = []
        for start in range(0, len(texts), 1000):
            batch = [{"text": text} for text in texts[start : start + 1000]]
            for rows in step.process(batch):
                kept += [row["keep_row_after_minhash_filtering"] for row in rows]
        return [row if keep else -1 for row, keep in enumerate(kept)]

    return run


def semhash(texts: Sequence[str], folder: Path, threshold: float) -> Run:
    """Its usearch index over vectors that are given."""
    import numpy as np

    package = import_module("semhash")

    vectors = np.load(folder / "vectors.npy").astype(np.float32)

    def run() -> Stands:
        records = [{"row": str(row), "text": text} for row, text in enumerate(texts)]
        index = package.SemHash.from_embeddings(vectors, records, model=NoModel(), columns=["text"])
        stands = list(range(len(texts)))
        for lost in index.self_deduplicate(threshold=threshold).filtered:
            stands[int(lost.record["row"])] = int(lost.duplicate_of["row"])
        return stands

    return run


class NoModel:
    """An encoder that is never asked."""

    def encode(self, _texts: Sequence[str], **_: object) -> object:
        """Not possible."""
        raise NotImplementedError("the vectors are given")


PEERS: dict[str, Callable[[Sequence[str], Path, float], Run]] = {
    "datasketch": datasketch,
    "datasketch chars": partial(datasketch, grams_of=characters),
    "datatrove": datatrove,
    "rensa": rensa,
    "rensa chars": partial(rensa, grams_of=characters),
    "text-dedup": text_dedup,
    "distilabel": distilabel,
    "semhash": semhash,
}


def peak_bytes() -> int:
    """The peak of this process' memory; that of ``getrusage`` may be its parent's."""
    if STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
        if found:
            return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(run: Run, **more: Any) -> dict[str, Any]:
    """Where each row stands after a run, and what it took; memory in MB."""
    if RESET.exists():
        RESET.write_text("5")  # forget the peak so far, of what was read
    before = peak_bytes()
    cpu, wall = time.process_time(), time.perf_counter()
    stands = run()
    return {
        **more,
        "cpu_s": round(time.process_time() - cpu, 3),
        "wall_s": round(time.perf_counter() - wall, 3),
        "peak_mb": round((peak_bytes() - before) / 1e6),
        "stands": stands,
    }


def main() -> None:
    """Run the peer that the arguments name."""
    name, folder, threshold = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    texts = [json.loads(line) for line in (folder / "texts.jsonl").open(encoding="utf-8")]
    run = PEERS[name](texts, folder, threshold)
    print()  # what is on a line that a package left open is not ours
    print(json.dumps(measured(run, version=version(name.split()[0]))))


if __name__ == "__main__":
    main()
