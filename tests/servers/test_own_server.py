"""The tests' own server is honest: the providers' own clients understand it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import anthropic
import openai
import pytest
from conftest import StartServer
from teacher_server import KEY

from generators.methods.grounded_qa import SCHEMA

TURN: Any = [
    {"role": "user", "content": "<passage>\nThe Alder River is 310 km long and cold.\n</passage>"}
]
ANSWER = "The Alder River is 310 km long and cold."
FORMAT: Any = {
    "type": "json_schema",
    "json_schema": {"name": "record", "strict": True, "schema": SCHEMA},
}
FUNCTION: Any = {"type": "function", "function": {"name": "record", "parameters": SCHEMA}}
TOOL: Any = {"name": "record", "description": "The record.", "input_schema": SCHEMA}


@pytest.fixture
def openai_at(start_server: StartServer) -> Iterator[Any]:
    """OpenAI's client of a server with these settings; it does not retry."""
    with closing(Opened()) as opened:
        yield lambda key=KEY, **given: opened.keep(
            openai.OpenAI(
                base_url=start_server(given.pop("settings", None), **given).url,
                api_key=key,
                max_retries=0,
            )
        )


@pytest.fixture
def anthropic_at(start_server: StartServer) -> Iterator[Any]:
    """Anthropic's client, the same; it adds /v1 by itself."""
    with closing(Opened()) as opened:
        yield lambda key=KEY, **given: opened.keep(
            anthropic.Anthropic(
                base_url=start_server(given.pop("settings", None), **given).url.removesuffix("/v1"),
                api_key=key,
                max_retries=0,
            )
        )


class Opened:
    """Clients to be closed."""

    def __init__(self) -> None:
        self.clients: list[Any] = []

    def keep(self, client: Any) -> Any:
        self.clients.append(client)
        return client

    def close(self) -> None:
        for client in self.clients:
            client.close()


def complete(client: openai.OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(model="tiny-teacher", messages=TURN, **more)


def test_openai_models(openai_at: Any) -> None:
    assert [model.id for model in openai_at().models.list()] == ["tiny-teacher"]


def test_openai_completion_bound_to_a_schema(openai_at: Any) -> None:
    done = complete(openai_at(), response_format=FORMAT, seed=3)
    choice = done.choices[0]
    assert choice.finish_reason == "stop" and choice.message.role == "assistant"
    assert json.loads(choice.message.content)["quotes"] == [ANSWER]
    usage = done.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0
    assert done.model == "tiny-teacher-2026-11-01" and done.object == "chat.completion"


def test_openai_completion_parsed_by_the_client(openai_at: Any) -> None:
    from pydantic import BaseModel

    class Fact(BaseModel):
        quotes: list[str]
        question: str
        answer: str

    done = openai_at().chat.completions.parse(
        model="tiny-teacher", messages=TURN, response_format=Fact
    )
    assert done.choices[0].message.parsed.answer == ANSWER


def test_openai_stream_with_usage(openai_at: Any) -> None:
    client = openai_at()
    whole = complete(client)
    chunks = list(complete(client, stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert [c.usage for c in chunks if c.usage] == [whole.usage]


def test_openai_stream_without_usage(openai_at: Any) -> None:
    chunks = list(complete(openai_at(), stream=True))
    assert chunks and not any(chunk.usage for chunk in chunks), "it was not asked for"


def test_openai_tools(openai_at: Any) -> None:
    done = complete(openai_at(), tools=[FUNCTION], tool_choice="required")
    (call,) = done.choices[0].message.tool_calls
    assert done.choices[0].finish_reason == "tool_calls" and done.choices[0].message.content is None
    assert call.function.name == "record"
    assert json.loads(call.function.arguments)["answer"] == ANSWER


def test_openai_tools_streamed(openai_at: Any) -> None:
    with openai_at().chat.completions.stream(
        model="tiny-teacher", messages=TURN, tools=[FUNCTION]
    ) as stream:
        done = stream.get_final_completion()
    (call,) = done.choices[0].message.tool_calls
    assert json.loads(call.function.arguments)["answer"] == ANSWER


def test_openai_cut_and_refused(openai_at: Any) -> None:
    assert complete(openai_at(truncated=1.0)).choices[0].finish_reason == "length"
    refused = complete(openai_at(refused=1.0)).choices[0]
    assert refused.message.refusal and refused.message.content is None


def test_openai_errors(openai_at: Any) -> None:
    with pytest.raises(openai.AuthenticationError) as wrong:
        complete(openai_at(key="sk-test-a-wrong-key"))
    assert wrong.value.code == "invalid_api_key" and wrong.value.type == "invalid_request_error"
    with pytest.raises(openai.RateLimitError) as limited:
        complete(openai_at(busy=1.0, settings={"retry_after": 2}))
    assert limited.value.response.headers["retry-after"] == "2"
    assert limited.value.code == "rate_limit_exceeded"
    with pytest.raises(openai.InternalServerError, match="oops"):
        complete(openai_at(broken=1.0))
    with pytest.raises(openai.BadRequestError, match="response_format"):
        complete(openai_at(settings={"rejects": ["json_schema"]}), response_format=FORMAT)
    with pytest.raises(openai.APIConnectionError):
        complete(openai_at(reset=1.0))


def test_openai_gets_over_what_passes(openai_at: Any) -> None:
    client = openai_at(busy=0.3, broken=0.3).with_options(max_retries=8)
    assert ANSWER in complete(client).choices[0].message.content


def write(client: anthropic.Anthropic, **more: Any) -> Any:
    return client.messages.create(model="tiny-teacher", max_tokens=400, messages=TURN, **more)


def test_anthropic_models(anthropic_at: Any) -> None:
    (model,) = anthropic_at().models.list()
    assert (model.id, model.type) == ("tiny-teacher", "model")


def test_anthropic_message(anthropic_at: Any) -> None:
    done = write(anthropic_at(), system="Answer with one JSON object.")
    assert json.loads(done.content[0].text)["answer"] == ANSWER
    assert (done.stop_reason, done.role, done.type) == ("end_turn", "assistant", "message")
    assert done.usage.input_tokens > 0 and done.usage.output_tokens > 0


def test_anthropic_message_bound_to_a_schema(anthropic_at: Any) -> None:
    config: Any = {"format": {"type": "json_schema", "schema": SCHEMA}}
    done = write(anthropic_at(), output_config=config)
    assert json.loads(done.content[0].text)["quotes"] == [ANSWER]


def test_anthropic_stream(anthropic_at: Any) -> None:
    client = anthropic_at()
    whole = write(client)
    with client.messages.stream(model="tiny-teacher", max_tokens=400, messages=TURN) as stream:
        assert "".join(stream.text_stream) == whole.content[0].text
        done = stream.get_final_message()
    assert done.stop_reason == "end_turn"
    assert done.usage.output_tokens == whole.usage.output_tokens
    assert done.usage.input_tokens == whole.usage.input_tokens


def test_anthropic_tools(anthropic_at: Any) -> None:
    client = anthropic_at()
    choice: Any = {"type": "tool", "name": "record"}
    whole = write(client, tools=[TOOL], tool_choice=choice)
    with client.messages.stream(
        model="tiny-teacher", max_tokens=400, messages=TURN, tools=[TOOL], tool_choice=choice
    ) as stream:
        streamed = stream.get_final_message()
    for done in (whole, streamed):
        assert done.stop_reason == "tool_use"
        assert done.content[0].name == "record" and done.content[0].input["answer"] == ANSWER


def test_anthropic_cut_and_refused(anthropic_at: Any) -> None:
    assert write(anthropic_at(truncated=1.0)).stop_reason == "max_tokens"
    assert write(anthropic_at(refused=1.0)).stop_reason == "refusal"


def test_anthropic_errors(anthropic_at: Any) -> None:
    with pytest.raises(anthropic.AuthenticationError) as wrong:
        write(anthropic_at(key="sk-test-a-wrong-key"))
    assert wrong.value.type == "authentication_error"
    with pytest.raises(anthropic.RateLimitError) as limited:
        write(anthropic_at(busy=1.0, settings={"retry_after": 2}))
    assert limited.value.response.headers["retry-after"] == "2"
    assert limited.value.type == "rate_limit_error"
    with pytest.raises(anthropic.InternalServerError) as broken:
        write(anthropic_at(broken=1.0))
    assert broken.value.type == "api_error"


def test_openai_raw_completion(openai_at: Any) -> None:
    prompt = '<|im_start|>system\nPassage from "The Alder":\n<passage>\nThe Alder River is 310 km'
    prompt += " long and cold.\n</passage><|im_end|>\n<|im_start|>user\n"
    done = openai_at().completions.create(model="tiny-teacher", prompt=prompt, seed=4)
    (choice,) = done.choices
    assert choice.text == "what should one know about The Alder, fact number 4?"
    assert choice.finish_reason == "stop" and done.usage.completion_tokens == 40
