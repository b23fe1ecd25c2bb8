"""Workers on a Ray cluster. ``python -m app.running.cluster CLUSTER DEVICE [MNIST_DIR]`` is one to the server: the link
between the server's pipes and those of a worker on a node of the cluster.

In a process of its own, since Ray ends a program that has lost its cluster for a minute, and waits where an event loop
must not. Nothing in the server imports Ray.
"""
