"""A worker process: ``python -m app.running.worker DEVICE [MNIST_DIR]`` does tasks, one after another or by turns.

``app/running/protocol.py`` has what it reads and writes. Nothing in the server imports this package: it brings PyTorch
along.
"""
