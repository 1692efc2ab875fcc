from __future__ import annotations

import pytest

from filters.scrubbing import scrubbed


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Write to jane.doe@example.com or JOHN@acme.co.uk now",
            "Write to [e-mail] or [e-mail] now",
        ),
        ("mail me: joe (at) firm.org", "mail me: [e-mail]"),
        ("pay 4111 1111 1111 1111 please", "pay [number] please"),
        ("my card is 4539 1488 0343 6467, exp 12/27", "my card is [payment card], exp 12/27"),
        ("iban de89 3704 0044 0532 0130 00 thanks", "iban [IBAN] thanks"),
        ("GB82WEST12345698765432 is mine", "[IBAN] is mine"),
        ("call +49 30 901820 or (212) 555-0123", "call [phone number] or [number]"),
        ("0171 2345678 is my number", "[number] is my number"),
        ("hi im JANE ROE here", "hi im [name] here"),
        ("use ghp_abcdefghijklmnopqrstuvwxyz0123456789 now", "use [GitHub token] now"),
        ("my password is hunter2!", "my password is [password]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAKCAQ\n-----END RSA PRIVATE KEY-----\nwhy?",
            "[private key]\nwhy?",
        ),
        ("my account 123456789", "my account [number]"),
        ("4111111111111111", "[number]"),
        ("ssn 078-05-1120", "ssn [number]"),
        ("My name is Ada King-Noel and I ask", "My name is [name] and I ask"),
        ("thanks\nBest regards,\nTom Riddle", "thanks\nBest regards,\n[name]"),
        ("my name is tom riddle, why", "my name is [name], why"),
        ("My name is Łukasz Żółć.", "My name is [name]."),
        ("My name is tom", "My name is [name]"),
        ("Ich heiße Jörg Ñáñez und", "Ich heiße [name] und"),
        ("我叫王伟, 电话13812345678", "我叫[name], 电话[number]"),
        ("This is Tom Riddle calling", "This is [name] calling"),
        ("Hi, Tom here, my order", "Hi, [name] here, my order"),
        ("it is late. Thanks,\nTom Riddle", "it is late. Thanks,\n[name]"),
        ("my wife Ann Riddle is ill, mr riddle too", "my wife [name] is ill, mr [name] too"),
        ("call 5551234 or tom dot r at mail dot com", "call [number] or [e-mail]"),
        ("my passport is X1234567", "my passport is [number]"),
        ("Bearer abc123def456ghi789jkl", "Bearer [secret]"),
        ("api_key=a1b2c3d4e5f6a7b8c9", "api_key=[secret]"),
        ("sk-a1b2c3d4e5f6a7b8c9d0", "[secret]"),
        ("postgres://tom:pa55@db.example.com/x", "postgres://[login]@db.example.com/x"),
        ("password: correcthorse", "password: [password]"),
        ("my ip is 2001:db8:85a3::8a2e:370:7334", "my ip is [address]"),
    ],
)
def test_what_may_be_personal_is_taken_out(text: str, kept: str) -> None:
    assert scrubbed(text) == kept
    assert scrubbed(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Is 3.141592653589 pi, and 1/3 a third?",
        "between 2024-01-15 10:30 and 15.01.2025",
        "Sort 5 3 8 1 9 2 7 4 6 10 for me",
        "It is 384,400 km or 1 500 000 000 m away",
        "Python 3.11.4 on 127.0.0.1 with json.dumps(x, indent=2)",
        "What is 123456789 * 987654321, and is 1234567891 a prime?",
        "I am German. I'm sure the password is wrong: reset it",
        "Call me when Dragonfly lands; what does `a@b` mean?",
        "Does std::vector::at work at 10:30:15? Thanks, it does.",
        "Here is what I call 5 Big Cats. This is Rome",
    ],
)
def test_other_numbers_and_words_stay(text: str) -> None:
    assert scrubbed(text) == text
