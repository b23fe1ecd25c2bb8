# The server of Threeseven. Build: `make image`. Run, then open http://localhost:8000:
#
#   docker run -p 127.0.0.1:8000:8000 -e THREESEVEN_OPEN=true -v threeseven:/data threeseven
#
# Published to more than this computer, give it a secret instead: -e THREESEVEN_TOKEN=…; without either it does not start.
# Other arguments make it another part of a cluster, as in deploy/: `docker run … threeseven ray start --address=…`.

# Any image with Python 3.11 or newer and its venv module.
ARG BASE=docker.io/library/python:3.12-slim

FROM ${BASE} AS build
# PyTorch's own index; empty takes PyPI's build (CUDA, several GB).
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# What it depends on comes first: that changes less often than the code, and an engine keeps the step.
COPY pyproject.toml constraints.txt ./
RUN python3 -m venv /opt/threeseven \
    && /opt/threeseven/bin/pip install --upgrade --constraint constraints.txt pip \
    && if [ -n "$TORCH_INDEX" ]; then \
        /opt/threeseven/bin/pip install --constraint constraints.txt --no-deps --index-url "$TORCH_INDEX" torch torchvision; \
    fi \
    && python3 -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*project['dependencies'], *project['optional-dependencies']['cluster'], sep='\n')" > requirements.txt \
    && /opt/threeseven/bin/pip install --constraint constraints.txt --requirement requirements.txt
COPY . .
RUN /opt/threeseven/bin/pip install --no-deps --build-constraint constraints.txt .

FROM ${BASE}
RUN useradd --uid 1000 --create-home --home-dir /home/threeseven threeseven \
    && install --directory --owner threeseven --group threeseven /data
COPY --from=build /opt/threeseven /opt/threeseven
ENV PATH=/opt/threeseven/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    THREESEVEN_HOST=0.0.0.0 \
    THREESEVEN_PORT=8000 \
    THREESEVEN_DATA_DIR=/data
USER threeseven
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['THREESEVEN_PORT'] + '/healthz', timeout=4)"]
CMD ["threeseven", "serve"]
