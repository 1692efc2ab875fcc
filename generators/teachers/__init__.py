"""The teacher layer: one call after another to servers that cost money and fail.

    ask ─▶ pool ─▶ endpoint ─▶ wire ─▶ server
           │       │  breaker, rates, pace, retries: when a call may be sent
           │       └─ journal: booked before, durable after
           └─ failover to a teacher of the same tier

``openai_chat`` and ``anthropic_messages`` render requests and read replies, ``openai_batch`` and
``anthropic_batch`` speak the batch APIs; nothing else knows a provider. In mode ``batch`` the wire
is another one (``batch``), and limits, pace and breaker have nothing to say. Nothing above this
layer retries.
"""
