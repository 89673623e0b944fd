"""DDPG's update in PyTorch, as fast as it can be written without leaving PyTorch's own operations.

What makes it fast, measured one by one: transitions in one array (one gather), the critic's action weights as a matrix
of their own (no concatenation), in-place ReLU, gradients taken for just the network that learns, the fused Adam kernel
called without its Python wrapper, one fused soft update, no denormals. "compiled" puts the whole update into one
torch.compile graph.
"""

import os

from peer import HELD, parse_arguments, serve
from start_state import NETWORKS, action_layer, read_start_state, write_networks

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

arguments = parse_arguments(["eager", "compiled"])
# Both are read when the library loads.
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)

import torch  # noqa: E402

torch.set_num_threads(arguments.threads)
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)

start = read_start_state(arguments.folder)
settings, O, A, B = start.settings, start.observation, start.action, start.settings["batchSize"]
ACTION_LAYER = action_layer(settings)
replay = torch.from_numpy(start.replay)


def load(name: str) -> list:
    """A network's parameters: of each layer its weights [inputs, outputs] and its bias; the action's rows apart."""
    parameters = []
    for index, (weights, bias) in enumerate(start.networks[name]):
        rows = [weights[:-A], weights[-A:]] if "ritic" in name and index == ACTION_LAYER else [weights]
        parameters.append([torch.from_numpy(array.copy()) for array in [*rows, bias]])
    return parameters


def save(path: str) -> None:
    def merge(layer: list) -> tuple:
        return torch.cat(layer[:-1]).detach().numpy(), layer[-1].detach().numpy()

    write_networks(path, {name: [merge(layer) for layer in networks[name]] for name in NETWORKS})


def flatten(layers: list) -> list:
    return [parameter for layer in layers for parameter in layer]


def nest(parameters, layers: list) -> list:
    remaining = iter(parameters)
    return [[next(remaining) for _ in layer] for layer in layers]


def run_actor(layers: list, observations: torch.Tensor) -> torch.Tensor:
    *hidden_layers, (weights, bias) = layers
    hidden = observations
    for hidden_weights, hidden_bias in hidden_layers:
        hidden = torch.relu_(torch.addmm(hidden_bias, hidden, hidden_weights))
    return torch.tanh(torch.addmm(bias, hidden, weights))


def run_critic(layers: list, observations: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    hidden = observations
    for index, (weights, *action_weights, bias) in enumerate(layers):
        hidden = torch.addmm(bias, hidden, weights)
        if index == ACTION_LAYER:
            hidden = torch.addmm(hidden, actions, action_weights[0])
        if index < len(layers) - 1:
            hidden = torch.relu_(hidden)
    return hidden


def gather(indices: torch.Tensor) -> tuple:
    return torch.index_select(replay, 0, indices).split_with_sizes([O, A, 1, O, 1], 1)


def bootstrap(rewards, next_observations, discounts) -> torch.Tensor:
    next_actions = run_actor(networks["targetActor"], next_observations)
    return torch.addcmul(rewards, discounts, run_critic(networks["targetCritic"], next_observations, next_actions))


networks = {name: load(name) for name in NETWORKS}
targets = flatten(networks["targetActor"]) + flatten(networks["targetCritic"])
sources = flatten(networks["actor"]) + flatten(networks["critic"])


# Of the learning rates: a tensor, so that the compiled graph stays the same when it changes.
rate_share = torch.ones(())


class EagerAdam:
    """torch.optim.Adam(fused=True) without its wrapper: one kernel for all parameters, one step counter."""

    def __init__(self, parameters: list, learning_rate: float):
        self.parameters, self.learning_rate = parameters, learning_rate
        self.rate_share = 1.0
        self.first = [torch.zeros_like(parameter) for parameter in parameters]
        self.second = [torch.zeros_like(parameter) for parameter in parameters]
        self.count = torch.zeros(())

    def step(self, gradients) -> None:
        self.count += 1
        counts = [self.count] * len(self.parameters)
        torch._fused_adam_(
            self.parameters, gradients, self.first, self.second, [], counts, lr=self.learning_rate * self.rate_share, beta1=BETA1,
            beta2=BETA2, weight_decay=0.0, eps=EPSILON, amsgrad=False, maximize=False,
        )  # fmt: skip


def make_eager_update():
    # The leaves that autograd sees share their memory with the parameters that Adam and the soft update write.
    actor = nest([p.detach().requires_grad_() for p in flatten(networks["actor"])], networks["actor"])
    critic = nest([p.detach().requires_grad_() for p in flatten(networks["critic"])], networks["critic"])
    actor_leaves, critic_leaves = flatten(actor), flatten(critic)
    actor_adam = EagerAdam(flatten(networks["actor"]), settings["actorLearningRate"])
    critic_adam = EagerAdam(flatten(networks["critic"]), settings["criticLearningRate"])

    def update(indices: torch.Tensor) -> None:
        observations, actions, rewards, next_observations, discounts = gather(indices)
        with torch.no_grad():
            wanted = bootstrap(rewards, next_observations, discounts)
        critic_loss = torch.nn.functional.mse_loss(run_critic(critic, observations, actions), wanted)
        critic_adam.step(torch.autograd.grad(critic_loss, critic_leaves))
        # networks["critic"] asks for no gradient: only dQ/da is computed.
        actor_loss = -run_critic(networks["critic"], observations, run_actor(actor, observations)).mean()
        actor_adam.step(torch.autograd.grad(actor_loss, actor_leaves))
        torch._foreach_lerp_(targets, sources, settings["softUpdateRate"])

    def hold() -> None:
        actor_adam.rate_share = critic_adam.rate_share = HELD

    return update, hold


def make_compiled_update():
    moments = {
        name: [(torch.zeros_like(p), torch.zeros_like(p)) for p in flatten(networks[name])]
        for name in ("actor", "critic")
    }
    count = torch.zeros(())

    def descend(name: str, gradients, learning_rate: float) -> None:
        first_scale, second_scale = 1 / (1 - BETA1**count), 1 / (1 - BETA2**count)
        for parameter, gradient, (first, second) in zip(flatten(networks[name]), gradients, moments[name]):
            first.lerp_(gradient, 1 - BETA1)
            second.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
            parameter.sub_(learning_rate * rate_share * (first * first_scale) / ((second * second_scale).sqrt() + EPSILON))

    @torch.no_grad()
    def update(indices: torch.Tensor) -> None:
        observations, actions, rewards, next_observations, discounts = gather(indices)
        wanted = bootstrap(rewards, next_observations, discounts)
        count.add_(1)

        def critic_loss(parameters: list) -> torch.Tensor:
            values = run_critic(nest(parameters, networks["critic"]), observations, actions)
            return (values - wanted).square().mean()

        def actor_loss(parameters: list) -> torch.Tensor:
            policy = run_actor(nest(parameters, networks["actor"]), observations)
            return -run_critic(networks["critic"], observations, policy).mean()

        critic_gradients = torch.func.grad(critic_loss)(flatten(networks["critic"]))
        descend("critic", critic_gradients, settings["criticLearningRate"])
        actor_gradients = torch.func.grad(actor_loss)(flatten(networks["actor"]))
        descend("actor", actor_gradients, settings["actorLearningRate"])
        for target, source in zip(targets, sources):
            target.lerp_(source, settings["softUpdateRate"])

    return torch.compile(update, fullgraph=True, dynamic=False), lambda: rate_share.fill_(HELD)


update, hold = make_eager_update() if arguments.variant == "eager" else make_compiled_update()


def check(path: str) -> None:
    update(torch.from_numpy(start.check_indices))
    save(path)
    hold()


def run_updates(count: int) -> None:
    for _ in range(count):
        update(torch.randint(len(replay), (B,)))


if __name__ == "__main__":
    serve(
        {
            "name": "pytorch",
            "version": torch.__version__,
            "variant": arguments.variant,
            "threads": torch.get_num_threads(),
        },
        check,
        run_updates,
        lambda: all(bool(torch.isfinite(parameter).all()) for parameter in sources + targets),
    )
