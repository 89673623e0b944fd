"""DDPG's update in JAX: sampling, both gradients, Adam and the soft update in one jitted call on donated buffers."""

import os

from peer import HELD, parse_arguments, serve
from start_state import NETWORKS, action_layer, read_start_state, write_networks

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

arguments = parse_arguments(["compiled"])
# XLA takes as many threads as it sees processors, and its flags leave it more than one: so it gets to see no more.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-arguments.threads :])
if arguments.threads == 1:
    single = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {single}"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

start = read_start_state(arguments.folder)
settings, O, A, B = start.settings, start.observation, start.action, start.settings["batchSize"]
ACTION_LAYER = action_layer(settings)
tree_map = jax.tree.map


def run_actor(layers, observations):
    *hidden_layers, (weights, bias) = layers
    hidden = observations
    for hidden_weights, hidden_bias in hidden_layers:
        hidden = jax.nn.relu(hidden @ hidden_weights + hidden_bias)
    return jnp.tanh(hidden @ weights + bias)


def run_critic(layers, observations, actions):
    hidden = observations
    for index, (weights, bias) in enumerate(layers):
        if index == ACTION_LAYER:
            hidden = hidden @ weights[:-A] + actions @ weights[-A:] + bias
        else:
            hidden = hidden @ weights + bias
        if index < len(layers) - 1:
            hidden = jax.nn.relu(hidden)
    return hidden


def descend(parameters, moments, gradients, count, learning_rate):
    """One step of Adam."""
    first = tree_map(lambda m, g: BETA1 * m + (1 - BETA1) * g, moments[0], gradients)
    second = tree_map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, moments[1], gradients)
    first_scale, second_scale = 1 / (1 - BETA1**count), 1 / (1 - BETA2**count)

    def move(parameter, m, v):
        return parameter - learning_rate * (m * first_scale) / (jnp.sqrt(v * second_scale) + EPSILON)

    return tree_map(move, parameters, first, second), (first, second)


def follow(targets, sources):
    return tree_map(lambda t, s: t + settings["softUpdateRate"] * (s - t), targets, sources)


def update_on(state, replay, indices):
    rows = jnp.split(replay[indices], [O, O + A, O + A + 1, 2 * O + A + 1], axis=1)
    observations, actions, rewards, next_observations, discounts = rows
    networks, moments, count = state["networks"], state["moments"], state["count"] + 1
    rate_share = state["rate_share"]
    next_actions = run_actor(networks["targetActor"], next_observations)
    wanted = rewards + discounts * run_critic(networks["targetCritic"], next_observations, next_actions)

    def critic_loss(critic):
        return jnp.mean((run_critic(critic, observations, actions) - wanted) ** 2)

    critic, critic_moments = descend(
        networks["critic"], moments["critic"], jax.grad(critic_loss)(networks["critic"]), count,
        settings["criticLearningRate"] * rate_share,
    )  # fmt: skip

    def actor_loss(actor):
        return -jnp.mean(run_critic(critic, observations, run_actor(actor, observations)))

    actor, actor_moments = descend(
        networks["actor"], moments["actor"], jax.grad(actor_loss)(networks["actor"]), count,
        settings["actorLearningRate"] * rate_share,
    )  # fmt: skip
    return {
        "networks": {
            "actor": actor,
            "critic": critic,
            "targetActor": follow(networks["targetActor"], actor),
            "targetCritic": follow(networks["targetCritic"], critic),
        },
        "moments": {"actor": actor_moments, "critic": critic_moments},
        "count": count,
        "rate_share": rate_share,
    }


def sample_and_update(state, key, replay):
    key, use = jax.random.split(key)
    return update_on(state, replay, jax.random.randint(use, (B,), 0, replay.shape[0])), key


def initial_state():
    # Copies: every leaf is donated, so no two may share memory.
    networks = {name: [(jnp.array(w), jnp.array(b)) for w, b in start.networks[name]] for name in NETWORKS}
    zeros = lambda name: tree_map(jnp.zeros_like, networks[name])  # noqa: E731
    moments = {name: (zeros(name), zeros(name)) for name in ("actor", "critic")}
    return {"networks": networks, "moments": moments, "count": jnp.zeros(()), "rate_share": jnp.ones(())}


state, key, replay = initial_state(), jax.random.key(0), jnp.array(start.replay)
checked_update = jax.jit(update_on, donate_argnums=0)
timed_update = jax.jit(sample_and_update, donate_argnums=(0, 1))


def check(path: str) -> None:
    global state
    state = checked_update(state, replay, jnp.array(start.check_indices))
    write_networks(path, tree_map(np.asarray, state["networks"]))
    state["rate_share"] = jnp.array(HELD)


def run_updates(count: int) -> None:
    global state, key
    for _ in range(count):
        state, key = timed_update(state, key, replay)
    jax.block_until_ready((state, key))


if __name__ == "__main__":
    serve(
        {"name": "jax", "version": jax.__version__, "variant": "compiled", "threads": arguments.threads},
        check,
        run_updates,
        lambda: all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(state["networks"])),
    )
