#!/usr/bin/env bash
# Builds a target of functions/train/Dockerfile without a Docker daemon and a registry, as root on Debian:
# debootstrap makes the base, and buildah builds in a chroot.
#
#   scripts/e2e-build-image.sh cpu mnist-pipeline-train:cpu
#
# LAYERS=false stores no intermediate layers. With it and STORAGE_DRIVER=overlay, the gpu target takes at most 21 GB,
# a third of it in TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?target: cpu or gpu}
tag=${2:?tag of the image}
base=mnist-pipeline-base:bookworm
npm run --silent build
storage=(--storage-driver "${STORAGE_DRIVER:-vfs}")

command -v buildah >/dev/null && command -v debootstrap >/dev/null || {
  apt-get update -q
  apt-get install -yq --no-install-recommends buildah debootstrap
}

if ! buildah "${storage[@]}" inspect --type image "$base" >/dev/null 2>&1; then
  root=$(mktemp -d)
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  container=$(buildah "${storage[@]}" from scratch)
  buildah "${storage[@]}" copy "$container" "$root" /
  buildah "${storage[@]}" commit --rm "$container" "$base"
  rm -rf "$root"
fi

# Behind a TLS-intercepting proxy, the build must trust the certificates of this machine. They do not stay in the image.
trust=(--volume /etc/ssl/certs:/etc/ssl/certs:ro --volume /usr/share/ca-certificates:/usr/share/ca-certificates:ro)
buildah "${storage[@]}" build --isolation chroot "--layers=${LAYERS:-true}" "${trust[@]}" \
  --ignorefile functions/train/.dockerignore \
  --build-arg "BASE_IMAGE=localhost/$base" --file functions/train/Dockerfile --target "$target" --tag "$tag" .
buildah "${storage[@]}" images --filter "reference=$tag"
