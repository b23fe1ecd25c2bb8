"""A worker process: ``python -m app.running.worker DEVICE [MNIST_DIR]`` trains one run.

It gets ready, says so, waits for its job, trains, and numbers and encodes every event. ``job.py`` has what it reads,
``framing.py`` what it writes. Nothing in the server imports this package: it brings PyTorch along.
"""
