"""What a behaviour may say, and what a model remembers of its requests."""

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple


class BehaviourError(Exception):
    """The behaviours file says something the server does not understand."""


class Kind(NamedTuple):
    """The values that a key may hold."""

    allows: Callable[[Any], bool]
    name: str


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TEXT = Kind(lambda value: isinstance(value, str), "a text")
TEXT_OR_NULL = Kind(lambda value: value is None or isinstance(value, str), "a text or null")
TEXT_OR_NUMBER = Kind(lambda value: isinstance(value, str) or is_number(value), "a text or a number")
FLAG = Kind(lambda value: isinstance(value, bool), "true or false")
COUNT = Kind(lambda value: type(value) is int and value >= 0, "a whole number from 0")
TIMES = Kind(lambda value: type(value) is int and value >= 1, "a whole number from 1")
STATUS = Kind(lambda value: type(value) is int and 400 <= value <= 599, "a status from 400 to 599")
MILLISECONDS = Kind(lambda value: is_number(value) and value >= 0, "a number from 0")
RATE = Kind(lambda value: is_number(value) and value > 0, "a number above 0")
TEXTS = Kind(lambda value: isinstance(value, list) and all(isinstance(text, str) for text in value), "a list of texts")
PAIRS = Kind(
    lambda value: isinstance(value, list) and all(TEXTS.allows(pair) and len(pair) == 2 for pair in value),
    "a list of pairs of texts",
)
OBJECT = Kind(lambda value: isinstance(value, dict), "an object")
STEPS = Kind(lambda value: isinstance(value, (dict, list)), "a step or a list of steps")

FAULT_KEYS = {
    "hang": FLAG,
    "hang_after": COUNT,
    "reset": FLAG,
    "reset_after": COUNT,
    "cut_after": COUNT,
    "stream_error": COUNT,
    "bad_json": FLAG,
    "empty_choices": FLAG,
    "html_200": FLAG,
    "body_200": OBJECT,
    "endless": TIMES,
    "endless_line": FLAG,
}
BREAKS = ("hang_after", "reset_after", "cut_after")
BEHAVIOUR_KEYS = {
    "answer": TEXT_OR_NULL,
    "answers": PAIRS,
    "answers_once": PAIRS,
    "answer_tokens": COUNT,
    "answer_pieces": TEXTS,
    "finish_reason": TEXT,
    "usage": FLAG,
    "usage_details": OBJECT,
    "served": OBJECT,
    "delay_ms": MILLISECONDS,
    "token_ms": MILLISECONDS,
    "until": TEXT,
    "rate": RATE,
    "fail": STEPS,
    **FAULT_KEYS,
    "times": TIMES,
    "turn": TIMES,
    "register": FLAG,
    "llm": OBJECT,
}
STEP_KEYS = {
    "status": STATUS,
    "times": TIMES,
    "retry_after": TEXT_OR_NUMBER,
    "message": TEXT,
    "code": TEXT,
    "html": FLAG,
    "body": TEXT,
}


def check(settings: Any, keys: dict[str, Kind], where: str) -> None:
    if not isinstance(settings, dict):
        raise BehaviourError(f"{where} is {json.dumps(settings)} but must be an object")
    for key, value in settings.items():
        if key not in keys:
            raise BehaviourError(f"{where}: unknown key `{key}`; known are {', '.join(keys)}")
        if not keys[key].allows(value):
            raise BehaviourError(f"{where}: `{key}` is {json.dumps(value)} but must be {keys[key].name}")


class Model:
    """One model's behaviour, and what it remembers between requests."""

    def __init__(self, name: str, behaviour: Any) -> None:
        where = f"model `{name}`"
        check(behaviour, BEHAVIOUR_KEYS, where)
        self.name = name
        self.behaviour: dict[str, Any] = behaviour
        self.steps = self._checked_steps(where)
        self.fault = self._checked_fault(where)
        if "answer" in behaviour and "answer_tokens" in behaviour:
            raise BehaviourError(f"{where}: `answer` and `answer_tokens` exclude each other")
        self._tries: Counter[str] = Counter()
        self._rate = behaviour.get("rate", math.inf)
        self._burst = max(1, self._rate)
        self._tokens = self._burst
        self._filled_at = time.monotonic()

    def _checked_steps(self, where: str) -> list[dict[str, Any]]:
        steps = self.behaviour.get("fail", [])
        steps = steps if isinstance(steps, list) else [steps]
        for number, step in enumerate(steps, 1):
            check(step, STEP_KEYS, f"{where}, step {number} of `fail`")
            if "status" not in step:
                raise BehaviourError(f"{where}, step {number} of `fail`: `status` is missing")
        return steps

    def _checked_fault(self, where: str) -> str | None:
        faults = [key for key in FAULT_KEYS if self.behaviour.get(key, False) is not False]
        if len(faults) > 1:
            raise BehaviourError(f"{where}: {', '.join(faults)} exclude each other")
        if not faults and "times" in self.behaviour:
            raise BehaviourError(f"{where}: `times` needs one of {', '.join(FAULT_KEYS)}")
        return faults[0] if faults else None

    def seconds_to_wait(self) -> float:
        """Takes a request from the rate's bucket: 0, or how long to wait until there is one."""
        if self._rate == math.inf:
            return 0
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0

    def next_try(self, prompt: str, turn: int) -> tuple[dict[str, Any] | None, str | None]:
        """The failing step or the fault that this prompt's next request meets; neither is an answer."""
        if turn != self.behaviour.get("turn", turn):
            return None, None
        self._tries[prompt] += 1
        number = self._tries[prompt]
        for step in self.steps:
            times = step.get("times", math.inf)
            if number <= times:
                return step, None
            number -= times
        if number <= self.behaviour.get("times", math.inf):
            return None, self.fault
        return None, None

    def seconds(self, key: str) -> float:
        return self.behaviour.get(key, 0) / 1000


def parse_behaviours(text: str | bytes) -> dict[str, Model]:
    try:
        behaviours = json.loads(text)
    except ValueError as error:
        raise BehaviourError(f"the behaviours are not JSON: {error}") from error
    if not isinstance(behaviours, dict):
        raise BehaviourError("the behaviours must be an object: model name -> behaviour")
    return {name: Model(name, behaviour) for name, behaviour in behaviours.items()}
