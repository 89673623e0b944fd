"""Reads the state that all contestants start from: networks, replay data and settings, as the bench wrote them.

The folder holds `start.json` (settings and sizes), `networks.f32` (actor, critic, target actor, target critic; of each
layer the weights [inputs, outputs] row-major, then the bias) and `transitions.f32` (rows of observation, action, reward,
next observation, discount). All numbers are little-endian float32.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NETWORKS = ("actor", "critic", "targetActor", "targetCritic")


@dataclass
class StartState:
    """What an update needs; `settings` are the names of TorqueLab's own settings."""

    settings: dict
    observation: int
    action: int
    replay: np.ndarray  # [capacity, 2·O + A + 2]
    check_indices: np.ndarray  # [B], the batch of the one update that is compared
    networks: dict  # name -> list of (weights [inputs, outputs], bias [outputs])


def read_start_state(folder: str) -> StartState:
    start = json.loads(Path(folder, "start.json").read_text())
    observation, action, settings = start["observation"], start["action"], start["settings"]
    rows = np.fromfile(Path(folder, "transitions.f32"), "<f4").reshape(-1, 2 * observation + action + 2)
    # The recorded transitions, again and again, until the buffer is full: a batch then reads from all of its memory.
    replay = np.resize(rows, (settings["replayCapacity"], rows.shape[1]))
    networks = read_networks(Path(folder, "networks.f32"), layer_shapes(observation, action, settings))
    return StartState(settings, observation, action, replay, np.array(start["checkIndices"]), networks)


def layer_shapes(observation: int, action: int, settings: dict) -> dict:
    """Of each network, [inputs, outputs] of its layers; the action joins the input of one of the critic's."""
    hidden = settings["hiddenSizes"]
    inputs = [observation, *hidden]
    actor = list(zip(inputs, [*hidden, action]))
    critic = [list(shape) for shape in zip(inputs, [*hidden, 1])]
    critic[action_layer(settings)][0] += action
    return {"actor": actor, "critic": critic, "targetActor": actor, "targetCritic": critic}


def action_layer(settings: dict) -> int:
    """Index of the critic's layer that takes the action."""
    return min(settings["criticActionInput"], len(settings["hiddenSizes"])) - 1


def read_networks(path: Path, shapes: dict) -> dict:
    numbers = np.fromfile(path, "<f4")
    position = 0

    def take(*shape: int) -> np.ndarray:
        nonlocal position
        count = int(np.prod(shape))
        position += count
        return numbers[position - count : position].reshape(shape).copy()

    networks = {
        name: [(take(inputs, outputs), take(outputs)) for inputs, outputs in shapes[name]] for name in NETWORKS
    }
    if position != len(numbers):
        raise ValueError(f"{path} holds {len(numbers)} numbers, not {position}")
    return networks


def write_networks(path: str, networks: dict) -> None:
    """`networks` as in StartState, in numpy arrays."""
    arrays = [array for name in NETWORKS for layer in networks[name] for array in layer]
    np.concatenate([np.asarray(array, "<f4").ravel() for array in arrays]).tofile(path)
