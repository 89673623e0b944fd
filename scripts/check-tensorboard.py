"""Does TensorBoard read what a run wrote for it?

  pip install tensorboard
  python scripts/check-tensorboard.py runs/<name>

Reads the run's event file with TensorBoard's own reader and compares it with metrics.ndjson: every evaluation and every
episode, at its step, once. Exit code 0: equal (to float32); 1: the first difference is printed.
"""

import json
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {
    "episode": {
        "rollout/exploration_rate": "epsilon",
        "train/critic_loss": "criticLoss",
        "train/actor_loss": "policyLoss",
        "train/mean_q": "meanQ",
        "train/action_saturation": "saturation",
    },
    "evaluation": {
        "eval/mean_reward": "meanReturn",
        "eval/std_reward": "stdReturn",
        "eval/min_reward": "minReturn",
        "eval/mean_ep_length": "meanLength",
    },
}


def check(run: pathlib.Path) -> int:
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    rows = [json.loads(line) for line in (run / "metrics.ndjson").read_text().splitlines()]
    compared = 0
    for kind, tags in TAGS.items():
        for tag, field in tags.items():
            wanted = [(row["step"], row[field]) for row in rows if row["type"] == kind and field in row]
            found = [(event.step, event.value) for event in events.Scalars(tag)] if wanted else []
            if [step for step, _ in wanted] != [step for step, _ in found]:
                raise SystemExit(f"{tag}: the steps differ: {len(wanted)} rows, {len(found)} scalars")
            for (step, want), (_, have) in zip(wanted, found):
                if abs(want - have) > 1e-6 * max(1, abs(want)):
                    raise SystemExit(f"{tag} at step {step}: {have} in TensorBoard, {want} in metrics.ndjson")
            compared += len(wanted)
    episodes = [row for row in rows if row["type"] == "episode"]
    for tag, field in {"rollout/ep_rew_mean": "return", "rollout/ep_len_mean": "length"}.items():
        for index, event in enumerate(events.Scalars(tag)):
            recent = [row[field] for row in episodes[max(0, index - 99) : index + 1]]
            want = sum(recent) / len(recent)
            if event.step != episodes[index]["step"] or abs(want - event.value) > 1e-6 * max(1, abs(want)):
                raise SystemExit(f"{tag} at step {event.step}: {event.value} in TensorBoard, {want} from metrics.ndjson")
            compared += 1
    print(f"{run.name}: TensorBoard reads {len(events.Tags()['scalars'])} tags; {compared} scalars agree with metrics.ndjson")
    return 0


if __name__ == "__main__":
    sys.exit(check(pathlib.Path(sys.argv[1])))
