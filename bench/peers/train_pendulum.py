"""DDPG on Gymnasium's Pendulum-v1 with one of the peers' updates: the same training as `train pendulum`, in Python.

The update is that of pytorch.py or jax_peer.py, from initial networks that the bench wrote; this script adds what training
needs besides: environment, replay buffer, exploration and evaluations, with TorqueLab's settings by their names. It prints
one JSON object a line: {"event": "evaluation", "step", "meanReturn"} and at the end {"event": "finished", "step"}.
"""

import argparse
import json
import os
import sys

parser = argparse.ArgumentParser()
parser.add_argument("folder", help="settings and initial networks, see start_state.py")
parser.add_argument("--framework", choices=["pytorch", "jax"], required=True)
parser.add_argument("--variant", choices=["eager", "compiled"], required=True)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--evaluation-interval", type=int, required=True)
parser.add_argument("--evaluation-episodes", type=int, required=True)
arguments = parser.parse_args()
os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))
# The peer reads its own command line when it is imported.
sys.argv = ["", arguments.folder, "--threads", str(arguments.threads), "--variant", arguments.variant]

import gymnasium  # noqa: E402
import numpy as np  # noqa: E402

if arguments.framework == "pytorch":
    import pytorch as peer  # noqa: E402
    import torch  # noqa: E402

    actor = peer.networks["actor"]
    replay = peer.start.replay  # its memory is the tensor's

    def choose(observation: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return peer.run_actor(actor, torch.from_numpy(observation[None]))[0].numpy()

    def update(indices: np.ndarray) -> None:
        peer.update(torch.from_numpy(indices))

else:
    import jax  # noqa: E402
    import jax_peer as peer  # noqa: E402

    replay = peer.start.replay
    run_actor = jax.jit(peer.run_actor)
    every_row = np.arange(peer.B)

    def choose(observation: np.ndarray) -> np.ndarray:
        return np.asarray(run_actor(peer.state["networks"]["actor"], observation[None]))[0]

    def update(indices: np.ndarray) -> None:
        # The batch goes in, not the buffer: so no transition has to be written into an array of JAX's.
        peer.state = peer.checked_update(peer.state, replay[indices], every_row)


settings, A = peer.settings, peer.A
random = np.random.default_rng(arguments.seed)


def play(environment: gymnasium.Env, seed: int) -> float:
    """The return of one episode without noise."""
    observation, _ = environment.reset(seed=seed)
    total, is_over = 0.0, False
    while not is_over:
        observation, reward, terminated, truncated, _ = environment.step(2 * choose(observation))
        total, is_over = total + float(reward), terminated or truncated
    return total


def train() -> None:
    environment, evaluation = gymnasium.make("Pendulum-v1"), gymnasium.make("Pendulum-v1")
    observation, _ = environment.reset(seed=arguments.seed)
    noise = np.zeros(A)
    for step in range(1, arguments.steps + 1):
        if step <= settings["randomSteps"]:
            action = random.uniform(-1, 1, A)
        else:
            action = choose(observation)
            # Ornstein and Uhlenbeck's process, then its weight, which decays.
            spread = settings["noiseSigma"] * np.sqrt(settings["noiseTimeStep"])
            noise += -settings["noiseTheta"] * noise * settings["noiseTimeStep"] + spread * random.standard_normal(A)
            weight = max(0, settings["explorationStart"] - settings["explorationDecay"] * (step - 1))
            action = np.clip(action + weight * noise, -1, 1)
        action = action.astype(np.float32)
        # The environment's torque is in [-2, 2].
        following, reward, terminated, truncated, _ = environment.step(2 * action)
        discount = 0 if terminated else settings["discount"]
        replay[(step - 1) % len(replay)] = np.concatenate([observation, action, [reward], following, [discount]])
        if step >= settings["learningStarts"]:
            update(random.integers(0, min(step, len(replay)), settings["batchSize"]))
        observation = following
        if terminated or truncated:
            observation, _ = environment.reset()
            noise[:] = 0
        if step % arguments.evaluation_interval == 0:
            returns = [play(evaluation, 1_000_000 + episode) for episode in range(arguments.evaluation_episodes)]
            say("evaluation", step, meanReturn=float(np.mean(returns)))
    say("finished", arguments.steps)


def say(event: str, step: int, **more: float) -> None:
    print(json.dumps({"event": event, "step": step, **more}), flush=True)


train()
