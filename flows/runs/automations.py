"""Automations for Prefect that come with Stillhouse, filled in for a server."""

from __future__ import annotations

from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from configs.errors import ConfigError

SHIPPED = Path(__file__).with_name("automations.yaml")
NO_BLOCK = "00000000-0000-0000-0000-000000000000"
"""What stands in the shipped file for the id of a Webhook block, which every server makes anew."""


def automations_for(webhook: str) -> str:
    """The shipped automations as YAML, calling the Webhook block of that name.

    Raises:
        ConfigError: there is no such block.
    """
    with get_client(sync_client=True) as client:
        try:
            block = client.read_block_document_by_name(webhook, "webhook", include_secrets=False)
        except ObjectNotFound:
            raise ConfigError(
                f"there is no Webhook block {webhook!r} on the Prefect server; make one in its UI "
                "(Blocks, +, Webhook), with the header Content-Type: application/json"
            ) from None
    return SHIPPED.read_text(encoding="utf-8").replace(NO_BLOCK, str(block.id))
