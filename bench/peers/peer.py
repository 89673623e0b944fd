"""The line protocol between the bench and a peer: one JSON object a line, commands on stdin, answers on stdout.

| command | answer |
|---|---|
| (at the start) | `{"ready": true, "name", "version", "variant", "threads"}` |
| `{"cmd": "check", "output": file}` | `{"written": file}`: the networks after one update on the fixed batch; from then on learning rates are HELD of theirs |
| `{"cmd": "run", "seconds": s}` | `{"updates": n, "seconds": t, "finite"}`: updates went on for at least s seconds |

`check` comes first, once. A peer ends when stdin does, so it cannot outlive the bench.

With learning rates this small an update is the same work, but the networks stay as they are: everyone is timed on the same networks, however
many updates are made, and not on those that some thousands of updates on one fixed set of transitions make of them.
"""

import argparse
import json
import sys
import time
from typing import Callable

# The share of the learning rates that timed updates have (bench/lib/engine-contestant.ts has the same).
HELD = 1e-9


def parse_arguments(variants: list) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", help="the start state, see start_state.py")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--variant", choices=variants, default=variants[0])
    return parser.parse_args()


def serve(
    hello: dict,
    check: Callable[[str], None],
    run_updates: Callable[[int], None],
    is_finite: Callable[[], bool],
) -> None:
    """`run_updates(n)` returns when n more updates are done and their results are in memory."""
    answer({"ready": True, **hello})
    for line in sys.stdin:
        command = json.loads(line)
        if command["cmd"] == "check":
            check(command["output"])
            answer({"written": command["output"]})
        elif command["cmd"] == "run":
            answer({**run_for(command["seconds"], run_updates), "finite": is_finite()})
        else:
            raise ValueError(f"unknown command: {line}")


def run_for(seconds: float, run_updates: Callable[[int], None]) -> dict:
    updates, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        run_updates(10)
        updates += 10
    return {"updates": updates, "seconds": time.perf_counter() - start}


def answer(message: dict) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
