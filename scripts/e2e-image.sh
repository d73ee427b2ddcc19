#!/usr/bin/env bash
# Builds the cpu target of the training image, in which the emulator's Batch trains on the real MNIST.
# As root on Debian; about five minutes, mostly downloads.
set -euo pipefail
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
image=mnist-pipeline-train:cpu
container=mnist-pipeline-e2e

scripts/e2e-build-image.sh cpu "$image"
buildah --storage-driver "$STORAGE_DRIVER" rm "$container" >/dev/null 2>&1 || true
buildah --storage-driver "$STORAGE_DRIVER" from --name "$container" "localhost/$image"
trap 'buildah --storage-driver "$STORAGE_DRIVER" rm "$container"' EXIT
JOB_CONTAINER=$container npm run --silent e2e "real MNIST"
