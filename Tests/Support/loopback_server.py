"""A loopback server that speaks OpenAI's chat completions, for the tests of nllm-batch.

    python3 loopback_server.py --behaviours FILE.json --log FILE.jsonl [--port 0] [--user-path DIR]

It listens on 127.0.0.1 only and, once it does, prints one line on standard output: {"port": 12345}.
It ends at the end of its standard input, so that it cannot outlive the test that started it, and on
SIGTERM. A closed input or /dev/null ends it at once: give it a pipe and hold that open.

With --user-path, DIR becomes a user folder for llm: extra-openai-models.yaml names every model of the
behaviours file under its own name, and keys.json holds the key they send. It is written once, at start.

Behaviours
----------
A JSON object: model name -> behaviour object. A model that is not listed gets OpenAI's 404. Every key is
optional; unknown keys and values of the wrong kind are refused at start. {} echoes the prompt. "Prompt"
means the text of the last user message.

Answer:
  answer          text; {prompt}, {system}, {model} and {n} (the request's number) are filled in; "" is an empty answer,
                  null is content null. Default: "echo: {prompt}"
  answers         a list of [text, answer]: the answer of the first whose text is in the prompt; without one, as above
  answers_once    the same, each pair for one request alone
  answer_tokens   N: an answer of N words instead
  answer_pieces   a list of texts: the answer as it is streamed, piece by piece
  finish_reason   default "stop"
  usage           false: no usage. Default: the words of all messages and of the answer as token counts; a
                  stream has them only when the client asks with stream_options.include_usage
  usage_details   object merged into usage
  served          object merged into the answer, or into each chunk of it: {"model": …, "system_fingerprint": …}

Time:
  delay_ms        wait before the first byte
  token_ms        wait before each streamed word
  until           a file's name in the server's working directory: wait until there is one before the first byte
  rate            requests a second (a token bucket that holds a second's worth, one at least); a request
                  beyond it gets a 429 at once, with Retry-After, and does not count as a try below

Failures, before an answer:
  fail            one step or a list of steps, taken in order:
      status        400 to 599; OpenAI's error and message for it are the default
      times         how often, for each prompt; default always
      retry_after   value of the Retry-After header, text or number
      message, code instead of the default; {model} and {key} are filled in; code "insufficient_quota" has
                    its own default message
      html          true: an HTML page instead of JSON
      body          raw text instead of JSON

Faults, one at most, after the failing steps are used up:
  hang            true: never answer, hold the connection until the client leaves
  hang_after      N: hang after N streamed words
  reset           true: reset the connection before the first byte
  reset_after     N: reset it after N streamed words
  cut_after       N: end the stream properly after N words, without finish_reason and [DONE]
  stream_error    N: an error object in the stream after N words
  bad_json        true: 200 with JSON that breaks off
  empty_choices   true: 200 without choices
  html_200        true: 200 with an HTML page
  body_200        {"type", "text" or "base64"}: 200 with any body of any content type, or of none
  endless         N: an answer without end in pieces of N characters; not streamed, JSON without end
  endless_line    true: a server-sent event, or a JSON text, that begins with an answer and has no end
  times           how often the fault happens for each prompt, then it answers; default always
  turn            N: the failing steps and the fault concern only requests with N messages of the user's
Without streaming, hang_after, reset_after and cut_after act after half of the body, and stream_error is a 500.

llm's user folder:
  register        false: leave the model out of extra-openai-models.yaml
  llm             object merged into its entry there: {"can_stream": false}, {"vision": true} ...

Paths
-----
POST /v1/chat/completions, GET /v1/models, and for the tests themselves:
GET /log          {"requests", "in_flight", "max_in_flight", "by_prompt": {prompt: n}, "by_model": {model: n}}
POST /behaviours  replaces the behaviours by the JSON body; every prompt starts anew; /log counts on

Log
---
One JSON line for a chat request that has arrived in full:
  {"n", "t", "model", "prompt", "system", "stream", "params", "authorization", "parts", "attachments", "messages"}
messages are those of its body, params the remaining keys, parts counts the prompt's images and other attachments,
attachments has the SHA-256 of the content of each that came as data, in their order. And one
when it ends, written just after the last byte was sent:
  {"end": n, "t", "status", "outcome"}
status is null when none was sent; outcome is "answered", "failed" (an error or a malformed answer), "reset",
"cut", or "client_left".
"""

import argparse
import asyncio
import sys
from pathlib import Path

from loopback.behaviours import BehaviourError, parse_behaviours
from loopback.log import RequestLog
from loopback.server import run


def main() -> None:
    parser = argparse.ArgumentParser(description="A loopback server that speaks OpenAI's chat completions.")
    parser.add_argument("--behaviours", type=Path, required=True, help="JSON file: model name -> behaviour")
    parser.add_argument("--log", required=True, help="file to append a JSON line to for each request")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--user-path", type=Path, help="folder to make a user folder of llm")
    arguments = parser.parse_args()
    try:
        models = parse_behaviours(arguments.behaviours.read_bytes())
        log = RequestLog(arguments.log)
        asyncio.run(run(models, log, arguments.port, arguments.user_path))
    except (BehaviourError, OSError) as error:
        sys.exit(f"loopback_server.py: {error}")


if __name__ == "__main__":
    main()
