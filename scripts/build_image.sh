#!/bin/sh
# Builds the container image TAG from the Dockerfile with what is here: docker, podman, or buildah. TORCH_INDEX names
# PyTorch's own index, or is empty for PyPI's build. BASE names another base image.
#
# buildah needs no engine, and here no image registry either: as root on Debian or Ubuntu, a base image is made from the
# distribution's packages.
set -eu
cd "$(dirname "$0")/.."
TAG=${TAG:-threeseven}
TORCH_INDEX=${TORCH_INDEX-https://download.pytorch.org/whl/cpu}
BASE=${BASE:-}
SUITE=bookworm

say() { echo "── $*"; }

with_engine() {
    say "$1 build $TAG"
    "$1" build --tag "$TAG" --build-arg "TORCH_INDEX=$TORCH_INDEX" ${BASE:+--build-arg "BASE=$BASE"} .
}

# Layers are plain folders and steps run in a chroot, so that this works inside a container too.
vfs() { buildah --storage-driver vfs "$@"; }

debian_base() {
    BASE=localhost/threeseven-base:$SUITE
    if vfs inspect --type image "$BASE" >/dev/null 2>&1; then return; fi
    say "debootstrap $SUITE: the base image $BASE"
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$SUITE" "$root/debian"
    container=$(vfs from scratch)
    vfs add --quiet "$container" "$root/debian" /
    vfs commit --quiet --rm "$container" "$BASE"
}

with_buildah() {
    if [ -z "$BASE" ]; then debian_base; fi
    say "buildah bud $TAG"
    # This machine's certificates and mirrors serve the build's steps, and stay out of the image.
    for path in /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
        if [ -e "$path" ]; then set -- "$@" --volume "$path:$path:ro"; fi
    done
    vfs bud --isolation chroot --format docker --tag "$TAG" \
        --build-arg "TORCH_INDEX=$TORCH_INDEX" --build-arg "BASE=$BASE" "$@" .
}

if command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
    with_engine docker
elif command -v podman >/dev/null 2>&1 && podman info >/dev/null 2>&1; then
    with_engine podman
elif command -v buildah >/dev/null 2>&1 && command -v debootstrap >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    with_buildah
else
    echo "No docker or podman engine answers here. Start one, or on Debian/Ubuntu, as root:" >&2
    echo "  apt-get install buildah debootstrap && make image" >&2
    exit 1
fi
say "built $TAG"
