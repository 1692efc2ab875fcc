"""Answers and the claims that an expert would sign, written by hand: question, answer, claims."""

from __future__ import annotations

_TOWER = "When was the Eiffel Tower built?"
_TABLE = "Levels of the lake:\n\n| Year | Level |\n|---|---|\n| 1990 | 12.5 m |\n| 1991 | 13 m |\n"

ATOMIC: list[tuple[str, str, list[str]]] = [
    (
        "?",
        "The firm was founded in 1990 and it employs 300 people.",
        ["The firm was founded in 1990", "The firm employs 300 people."],
    ),
    (
        "?",
        "The bridge is 90 m long; the river is 4 m deep.",
        ["The bridge is 90 m long", "the river is 4 m deep."],
    ),
    (
        "?",
        "The tower was opened in 1889 and is 330 m tall.",
        ["The tower was opened in 1889", "The tower is 330 m tall."],
    ),
    (
        "?",
        "The castle is old, but the chapel was rebuilt in 1920.",
        ["The castle is old", "the chapel was rebuilt in 1920."],
    ),
    (
        "?",
        "Oslo has 700,000 inhabitants, while Bergen has 290,000.",
        ["Oslo has 700,000 inhabitants", "Bergen has 290,000."],
    ),
    (
        "?",
        "Lyon, Nice and Lille are cities in France.",
        ["Lyon, Nice and Lille are cities in France."],
    ),
    (
        "?",
        "If the file is missing and it is required, the call is refused.",
        ["If the file is missing and it is required, the call is refused."],
    ),
    (
        "?",
        "The value is used if it is set; otherwise, the default is 5.",
        ["The value is used if it is set; otherwise, the default is 5."],
    ),
    (
        "?",
        'The sign says "the pool is closed and it is empty".',
        ['The sign says "the pool is closed and it is empty".'],
    ),
    (
        "?",
        "The act (it was passed in 1990 and it was amended in 2001) is in force.",
        ["The act (it was passed in 1990 and it was amended in 2001) is in force."],
    ),
    (
        "?",
        "It is said that the lake is deep and it is wide.",
        ["It is said that the lake is deep and it is wide."],
    ),
    ("?", "The colours are red; green; blue.", ["The colours are red; green; blue."]),
    (
        "?",
        _TABLE,
        [
            f"Levels of the lake: Year: {y}; Level: {v}"
            for y, v in (("1990", "12.5 m"), ("1991", "13 m"))
        ],
    ),
    ("?", "| a | b |\n|---|---|\n", []),
    ("?", "| Oslo | 1990 |\n| Rome | 1991 |", ["Oslo, 1990", "Rome, 1991"]),
    (
        "?",
        "The firm has offices in:\n\n- Berlin\n- Paris (1990)\n",
        ["The firm has offices in: Berlin", "The firm has offices in: Paris (1990)"],
    ),
    (
        "?",
        "The firm has three offices:\n- Berlin\n- Paris",
        [
            "The firm has three offices:",
            "The firm has three offices: Berlin",
            "The firm has three offices: Paris",
        ],
    ),
    (
        "?",
        "Here are the facts:\n1. The lake is 5 km long.\n2. The dam was built in 1931.",
        ["The lake is 5 km long.", "The dam was built in 1931."],
    ),
    (
        "?",
        "Rivers in the park:\n- In the north:\n  - Alder\n- In the south:\n  - Birch",
        ["Rivers in the park: In the north: Alder", "Rivers in the park: In the south: Birch"],
    ),
    ("?", "## Population\n\n**Founded**: 1990\n", ["Founded: 1990"]),
    ("?", "# Overview\n\n**Summary**\n\nThe lake is deep.", ["The lake is deep."]),
]

COMPLETED: list[tuple[str, str, list[str]]] = [
    (_TOWER, "It was built in 1889.", ["The Eiffel Tower was built in 1889."]),
    (_TOWER, "In 1889.", ["The Eiffel Tower was built in 1889."]),
    (_TOWER, "1889", ["The Eiffel Tower was built in 1889."]),
    ("What is the capital of India?", "Delhi.", ["The capital of India is Delhi."]),
    ("What is the capital of India?", "It is Delhi.", ["The capital of India is Delhi."]),
    (
        "What is the capital of India?",
        "Delhi. It has 30 million inhabitants.",
        ["The capital of India is Delhi.", "The capital of India has 30 million inhabitants."],
    ),
    (
        "Which magazine was started first, Arthur's Magazine or First for Women?",
        "Arthur's Magazine",
        ["Arthur's Magazine was started first."],
    ),
    ("Which city is the capital of France?", "Paris", ["Paris is the capital of France."]),
    ("Who wrote Hamlet?", "William Shakespeare.", ["William Shakespeare wrote Hamlet."]),
    (
        "Who was elected president in 1990?",
        "Lech Walesa",
        ["Lech Walesa was elected president in 1990."],
    ),
    ("How tall is the Eiffel Tower?", "330 m", ["The Eiffel Tower is 330 m tall."]),
    ("How many people live in Paris?", "2 million", ["2 million people live in Paris."]),
    ("When did World War II end?", "In 1945.", ["World War II did end in 1945."]),
    ("Where is the Louvre?", "In Paris.", ["The Louvre is in Paris."]),
    ("How many moons does Mars have?", "Two.", ["How many moons does Mars have: Two."]),
    ("How much is it?", "The answer is 42.", ["How much is it: 42."]),
    ("Tell me about Paris.", "It has 2 million inhabitants.", ["Paris has 2 million inhabitants."]),
    ("Tell me about Paris.", "Its river is the Seine.", ["Paris' river is the Seine."]),
    ("Who was Marie Curie?", "She won two prizes.", ["Marie Curie won two prizes."]),
    ("Who was Marie Curie?", "It was a cold day in 1867.", ["It was a cold day in 1867."]),
    (
        "What does `json.dump` do?",
        "It writes an object to a file.",
        ["`json.dump` writes an object to a file."],
    ),
    ("What does it do?", "It writes to a file.", ["It writes to a file."]),
    (
        "Tell me about Paris.",
        "It is possible to swim in the Seine.",
        ["It is possible to swim in the Seine."],
    ),
    (
        "?",
        "The Grey Lake covers 310 km². It freezes in winter.",
        ["The Grey Lake covers 310 km².", "The Grey Lake freezes in winter."],
    ),
    (
        "?",
        "Mary Holt surveyed the Grey Lake in 1962. It is deep.",
        ["Mary Holt surveyed the Grey Lake in 1962.", "It is deep."],
    ),
    (
        "?",
        "The Grey Lake is in Norway. In 1962, it was surveyed.",
        ["The Grey Lake is in Norway.", "In 1962, the Grey Lake was surveyed."],
    ),
    ("Is it so?", "Water boils at 100 °C.", ["Water boils at 100 °C."]),
    ("What freezes?", "Water freezes.", ["Water freezes."]),
]

NONE: list[tuple[str, str]] = [
    ("?", "I think it is the best-loved novel."),
    ("?", "It is arguably a wonderful book."),
    ("?", "I love this place."),
    ("?", "Paris is a beautiful city."),
    ("?", "Call the function with care."),
    ("?", "Please make sure to save your work."),
    ("?", "Don't forget the salt. Stir well."),
    ("?", "Hello! Great question."),
    ("?", "Let me know if you need more help with Python!"),
    ("?", "I hope this helps."),
    ("?", "Here is the answer:"),
    ("?", "It might rain."),
    ("?", "Perhaps the results could possibly differ."),
    ("?", "Is it deep? Who knows?"),
    ("?", "```python\nx = 1990\n```"),
    ("?", "~~~\nThe lake is 5 km long.\n~~~"),
    ("?", "Sure!"),
    ("?", "Let me check. I need to think about this first."),
    ("?", "🎉🎉🎉"),
    ("?", ""),
]

UNHIDDEN: list[tuple[str, str]] = [
    ("Let me know; the lake is 5 m deep.", "Let me know; the lake is 5 m deep."),
    (
        "If you want details, the tower was built in 1789.",
        "If you want details, the tower was built in 1789.",
    ),
    ("I think the capital of France is Lyon.", "the capital of France is Lyon."),
    ("In my opinion, the capital of France is Lyon.", "the capital of France is Lyon."),
    ("I'm pretty sure that water boils at 90 °C.", "water boils at 90 °C."),
    ("Note that the default is 5.", "the default is 5."),
    ("Note: the default is 5.", "the default is 5."),
    ("It is worth noting that the default is 5.", "the default is 5."),
    ("Sure, the capital of France is Lyon.", "the capital of France is Lyon."),
    ("Here is the answer: the capital of France is Lyon.", "the capital of France is Lyon."),
    ("Did you know that the tower was built in 1789?", "the tower was built in 1789"),
    ("The capital of France is Lyon, isn't it?", "The capital of France is Lyon"),
    ("Step 1: The area is 5 × 4 = 20.", "The area is 5 × 4 = 20."),
    ("Wait, the capital of France is Lyon.", "the capital of France is Lyon."),
    ("Take at most 500 mg per day.", "Take at most 500 mg per day."),
    ("Call it with `strict_mode=True`.", "Call it with `strict_mode=True`."),
    ("The value may be None.", "The value may be None."),
    ("It might be 300 m deep.", "It might be 300 m deep."),
    (
        "Lyon is a wonderful city with 9 million people.",
        "Lyon is a wonderful city with 9 million people.",
    ),
    (
        "Lyon is arguably the finest capital of France.",
        "Lyon is arguably the finest capital of France.",
    ),
    ("-5 °C is the mean in January.", "-5 °C is the mean in January."),
    ("The lake is **310** km long.", "The lake is 310 km long."),
]

TRACES: list[tuple[str, str, list[str]]] = [
    (
        "What is the capital of France?",
        "<think>Let me check. The capital of France is Lyon. Wait, no, that is wrong. "
        "The Seine is 777 km long.</think>\nParis.",
        ["The Seine is 777 km long.", "The capital of France is Paris."],
    ),
    (
        "?",
        "<reasoning>I need to multiply. The area is 20 m².</reasoning>\n\nThe area is 20 m².",
        ["The area is 20 m².", "The area is 20 m²."],
    ),
    (
        "?",
        "<think>\nThe user asks about 1990. The firm was founded in 1990.",
        ["The firm was founded in 1990."],
    ),
    (
        "?",
        "Hmm, the tower is 300 m tall. Actually, that's not right, the tower is 330 m tall.",
        ["the tower is 330 m tall."],
    ),
    (
        "Is Delhi the capital of India?",
        "<think>Delhi became the capital in 1911.</think>Yes, it is.",
        ["Delhi became the capital in 1911.", "Delhi is the capital of India"],
    ),
    ("?", "Step 1: Multiply both sides.\nStep 2: The result is 12.", ["The result is 12."]),
]
