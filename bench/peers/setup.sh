#!/bin/sh
# Installs the peers of `bench learner` into .torquelab/peers (Python 3.11 or newer; 4.5 GB on x86-64 Linux, most of it
# libraries for graphics cards that PyTorch's build wants to see). Further arguments go to pip.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
"${PYTHON:-python3}" -m venv "$root/.torquelab/peers"
"$root/.torquelab/peers/bin/pip" install --no-deps --no-cache-dir -r "$here/requirements.txt" "$@"
"$root/.torquelab/peers/bin/python" -c 'import jax, torch; print("PyTorch", torch.__version__, "and JAX", jax.__version__, "are ready.")'
