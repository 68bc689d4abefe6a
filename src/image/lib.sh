# Sourced by the scripts here: buildah and podman on a store of this checkout's own, and bases in the place of those that the
# Dockerfile names, made of Debian's packages. Needs $home, the repository's root.

work=$home/target/image
cache=${SLUICE_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice-image}
suite=trixie
# Of all files in a layer. Not 0: Maven copies no resource that isn't younger than a file which is not there.
time=1767225600
base=localhost/bases/debian:$suite
jdk=localhost/bases/jdk-21:$suite
python=localhost/bases/python:$suite

fail() {
  echo "$1" >&2
  exit 1
}
say() { echo "$(date +%T) $1"; }

need_tools() {
  [ "$(id -u)" = 0 ] || fail "Only root can make root file systems and mount images: run it as root."
  for tool in "$@"; do
    command -v "$tool" >/dev/null || fail "There is no $tool, which this needs (on Debian: apt-get install $tool)."
  done
}

buildah() {
  mkdir -p "$work/tmp"
  TMPDIR=$work/tmp command buildah --root "$work/store" --runroot "$work/run" "$@"
}

# cgroups by its own means, without systemd; runc, because crun refuses a mixture of both versions of cgroups; and no more open
# files than this process may have itself.
podman() {
  [ -e "$work/containers.conf" ] ||
    printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\n' 16384 16384 8192 8192 >"$work/containers.conf"
  TMPDIR=$work/tmp CONTAINERS_CONF=$work/containers.conf command podman --root "$work/store" --runroot "$work/run" \
    --cgroup-manager cgroupfs --runtime "$(command -v runc)" "$@"
}

# make_base IMAGE PACKAGES: kept as an archive outside of the tree, and unpacked into an image of the store.
make_base() {
  local archive=$cache/$suite-${1##*/}.tar container
  archive=${archive/:$suite/}
  if [ ! -f "$archive" ]; then
    rm -rf "$archive" "$archive.part"
    say "making $1 with mmdebstrap"
    mkdir -p "$cache"
    # By its name alone it would take FILE.part for a folder to fill.
    SOURCE_DATE_EPOCH=$time mmdebstrap --quiet --variant=minbase --format=tar --include="$2" "$suite" "$archive.part" >"$archive.log" 2>&1 ||
      fail "mmdebstrap failed; $archive.log says why."
    mv "$archive.part" "$archive"
  fi
  if ! buildah inspect "$1" >/dev/null 2>&1; then
    container=$(buildah from scratch)
    buildah add -q "$container" "$archive" / >/dev/null
    buildah commit -q --timestamp $time "$container" "$1" >/dev/null
    buildah rm "$container" >/dev/null
  fi
}

make_bases() {
  make_base "$base" ca-certificates
  make_base "$jdk" ca-certificates,openjdk-21-jdk-headless
}

# What this machine's Maven has and whom its JDK trusts serve the build too, so that it downloads little and works behind a
# proxy with an authority of its own.
# build CONTEXT TARGET TAG [OPTION...]
build() {
  local context=$1 target=$2 tag=$3 trusted repository=$HOME/.m2/repository
  shift 3
  trusted=$(readlink -f "$JAVA_HOME/lib/security/cacerts")
  mkdir -p "$repository"
  buildah bud --isolation chroot --timestamp $time --target "$target" -t "$tag" \
    --volume "$repository:/m2:ro" --volume "$trusted:/etc/ssl/certs/java/cacerts:ro" \
    --build-arg MAVEN_ARGS="-Dmaven.repo.local.tail=/m2 -Dmaven.repo.local.tail.ignoreAvailability=true" \
    --build-arg JDK_IMAGE="$jdk" --build-arg BASE_IMAGE="$base" --build-arg PYTHON_IMAGE="$python" "$@" "$context"
}

layers() { buildah inspect --type image --format '{{range .OCIv1.RootFS.DiffIDs}}{{println .}}{{end}}' "$1" | grep .; }
