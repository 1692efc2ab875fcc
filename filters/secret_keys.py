"""Finder of secrets by the prefixes and lengths their issuers publish; placeholders pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

PATTERNS: dict[str, tuple[str, str]] = {
    "AWS access key": ("A", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "GitHub token": ("gh", r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "GitHub fine-grained token": ("github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    "GitLab token": ("glpat-", r"\bglpat-[\w-]{20}(?![\w-])"),
    "Slack token": ("xox", r"\bxox[abeoprs]-(?:\d{8,14}-){1,3}[A-Za-z0-9]{20,64}\b"),
    "Slack webhook": (
        "hooks.slack.com",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}\b",
    ),
    "Google API key": ("AIza", r"\bAIza[\w-]{35}(?![\w-])"),
    "Anthropic key": ("sk-ant-", r"\bsk-ant-[a-z0-9]{5}-[\w-]{80,120}(?![\w-])"),
    "OpenAI key": (
        "sk-",
        r"\bsk-(?:(?:proj|svcacct|admin)-[\w-]{40,180}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})"
        r"(?![\w-])",
    ),
    "Stripe key": ("k_live_", r"\b[sr]k_live_[A-Za-z0-9]{24,99}\b"),
    "npm token": ("npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    "Hugging Face token": ("hf_", r"\bhf_[A-Za-z]{34}\b"),
    "JSON web token": ("eyJ", r"\beyJ[\w-]{10,400}\.eyJ[\w-]{10,4000}\.[\w-]{20,700}(?![\w-])"),
    "private key": (
        "PRIVATE KEY-----",
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----"
        r"(?:\s|\\n){1,4}(?:[A-Za-z][\w-]{1,30}: [^\n]{1,80}\s{1,4}){0,3}[A-Za-z0-9+/=]{40}",
    ),
}
"""Name to a sign each such secret holds (a cheap look before the pattern) and the pattern.

From the issuers' documentation: AWS IAM identifiers, GitHub token formats, GitLab token prefixes,
Slack token types, Google, OpenAI, Anthropic, Stripe, npm and Hugging Face keys, RFC 7519, RFC 7468.
"""
_COMPILED = [(name, sign, re.compile(pattern)) for name, (sign, pattern) in PATTERNS.items()]
_PLACEHOLDER = re.compile(
    r"example|sample|dummy|fake|your|placeholder|redacted|secret|xxxx|0000|1111|\.\.\."
    r"|1234567|abcdefg|SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    re.IGNORECASE,
)
"""What made-up values hold; the last is the signature of the example on jwt.io."""
_LEAST_SIGNS = 10
"""A random value of such a length has more different signs than this."""


def secret_keys(text: str) -> Iterator[tuple[str, str]]:
    """Name of the issuer's kind and the value, for each secret that looks real."""
    for name, sign, pattern in _COMPILED:
        if sign in text:
            for match in pattern.finditer(text):
                if not _made_up(match.group(0)):
                    yield name, match.group(0)


def _made_up(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value)) or len(set(value[-20:])) < _LEAST_SIGNS
