#!/usr/bin/env bash
# verify.sh: builds the CPU image as the Dockerfile says, twice and once more with a change of the code, looks into it, and runs
# it as a cluster would: read-only, as its own user, with 1.5 GiB. `./mvnw -Pimage verify` calls it; docs/operations.md says more.
#   IMAGE_CUDA=true     looks for what the libraries of the CUDA stage need, too: 3 GB from PyPI, 20 GB of disk
#   IMAGE_ARCHIVE=FILE  leaves the image there, as an OCI archive
#   IMAGE_PORTS=22300   the first of four free ports of the loopback interface
set -euo pipefail
home=$(cd "$(dirname "$0")/../.." && pwd)
cd "$home"
. .mvn/find-jdk.sh
. src/image/lib.sh
need_tools buildah podman runc mmdebstrap unshare curl unzip
begun=$SECONDS
port=${IMAGE_PORTS:-22300}
kafka=127.0.0.1:$port registry=http://127.0.0.1:$((port + 1)) s3=http://127.0.0.1:$((port + 2)) http=127.0.0.1:$((port + 3))
mkdir -p "$work"
log=$work/build.log
: >"$log"
peers=

clean_up() {
  podman rm -f -t 0 sluice-image-worker >/dev/null 2>&1 || true
  if [ -n "$peers" ]; then kill "$peers" 2>/dev/null || true; wait "$peers" 2>/dev/null || true; fi
  buildah umount -a >/dev/null 2>&1 || true
}
trap clean_up EXIT

# checkout FOLDER: a copy of what the Dockerfile takes.
checkout() {
  rm -rf "$1"
  mkdir -p "$1"
  tar -C "$home" --exclude=./models/build -cf - .dockerignore .mvn mvnw pom.xml LICENSE Dockerfile docker schemas src/*/pom.xml src/*/main models/bundles |
    tar -C "$1" --no-same-permissions --touch -xf -
}


say "bases"
make_bases

# Twice: with another umask, other times of files, another time zone and host, and nothing kept of the first.
checkout "$work/one"
started=$SECONDS
say "building sluice:cpu"
build "$work/one" cpu sluice:cpu --layers >>"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "The image was not built; $log has all."; }
say "built in $((SECONDS - started)) s"
(umask 077 && checkout "$work/two")
export -f build buildah
export work jdk base python time JAVA_HOME
# A change of the code, meanwhile.
sed -i 's/Guided diffusion sampling on Kafka/Guided diffusion sampling, on Kafka/' "$work/one/src/cli/main/java/dev/sluice/cli/Main.java"
say "building it once more, elsewhere, and with a change of the code"
TZ=Asia/Tokyo unshare --uts bash -c 'hostname elsewhere; umask 077; build "$1" cpu sluice:again --layers --no-cache' build "$work/two" \
  >"$work/again.log" 2>&1 &
again=$!
changed=0
build "$work/one" cpu sluice:changed --layers >"$work/changed.log" 2>&1 || changed=$?
wait $again || { tail -n 30 "$work/again.log" >&2; fail "The image was not built twice; $work/again.log has all."; }
[ $changed = 0 ] || { tail -n 30 "$work/changed.log" >&2; fail "The changed image was not built; $work/changed.log has all."; }
layers sluice:cpu >"$work/layers"
layers sluice:again >"$work/layers-again"
cmp -s "$work/layers" "$work/layers-again" || fail "Two builds differ in layers: $(diff "$work/layers" "$work/layers-again" | tr '\n' ' ')"
say "two builds have the same $(wc -l <"$work/layers") layers"
layers sluice:changed >"$work/layers-changed"
head -n -1 "$work/layers" | cmp -s - <(head -n -1 "$work/layers-changed") || fail "A change of the code replaces more than the last layer."
! cmp -s "$work/layers" "$work/layers-changed" || fail "A change of the code changes no layer."
rm -rf "$work/pushed"
buildah push -q sluice:changed "dir:$work/pushed"
last=$(grep -o '"digest": *"sha256:[0-9a-f]*"' "$work/pushed/manifest.json" | tail -n 1 | grep -o '[0-9a-f]\{64\}')
say "a change of the code replaces one layer of $(($(stat -c %s "$work/pushed/$last") / 1000)) kB, of $(($(du -sb "$work/pushed" | cut -f 1) / 1000000)) MB in all"
rm -rf "$work/pushed"

# What is in it.
container=$(buildah from sluice:cpu)
root=$(buildah mount "$container")
megabytes() { echo $(($(du -s --block-size=1000 --apparent-size "$1" | cut -f 1) / 1000)); }
size=$(megabytes "$root")
bundles=$(megabytes "$root/opt/sluice/models/bundles")
say "the image has $size MB, $((size - bundles)) MB without bundles"
for part in usr opt/jre opt/libtorch opt/sluice/lib opt/sluice/native; do say "  $part $(megabytes "$root/$part") MB"; done
[ $((size - bundles)) -le 700 ] || fail "It may have 700 MB without bundles."
found=$(find "$root" -perm /6000 -o \( -type f -o -type l \) \( -name '*sh' -o -name 'apt*' -o -name 'dpkg*' -o -name busybox \) \
  -path '*bin/*')
[ -z "$found" ] || fail "A shell, a package manager or a program with another's rights: $found"
for file in opt/sluice/LICENSE opt/sluice/sluice-sbom.json opt/libtorch/licenses/pytorch/LICENSE opt/libtorch/licenses/pytorch/NOTICE \
  opt/jre/legal/java.base/LICENSE usr/share/doc/libc6/copyright etc/ssl/certs/ca-certificates.crt; do
  [ -s "$root/$file" ] || fail "The image lacks /$file."
done
for part in '"openjdk-jre"' '"libc6"' '"kafka-clients"' '"pytorch-native-cpu"' '"sluice:cpu"'; do
  grep -q ": *$part" "$root/opt/sluice/sluice-sbom.json" || fail "The list of parts lacks $part."
done
! find "$root/opt/sluice/lib" -name '*.jar' -exec unzip -lqq {} \; 2>/dev/null | grep -E '\.(dll|dylib|jnilib)$|(aarch64|musl|riscv).*[^/]$' ||
  fail "A native library of another platform."
buildah umount "$container" >/dev/null
buildah rm "$container" >/dev/null

# It runs: peers on this machine, the worker in its container.
rm -rf "$work/peers"
"$JAVA_HOME/bin/java" -cp target/sluice.jar src/image/Peers.java "$work/peers" "$port" $((port + 1)) $((port + 2)) \
  >"$work/peers.log" 2>&1 &
peers=$!
started=$SECONDS
until grep -q '^ready' "$work/peers.log"; do
  kill -0 "$peers" 2>/dev/null || fail "Kafka, registry and S3 did not start; $work/peers.log says why."
  [ $((SECONDS - started)) -lt 120 ] || fail "Kafka, registry and S3 were not ready in 120 s; $work/peers.log has what they said."
  sleep 0.5
done
run=(--network host --read-only --cap-drop all --security-opt no-new-privileges)
podman run --rm "${run[@]}" --tmpfs /tmp:rw,exec,mode=1777,size=64m sluice:cpu schemas register --registry "$registry" >"$work/schemas.log" 2>&1 ||
  fail "The contracts were not registered: $(tail -n 1 "$work/schemas.log")"
started=$SECONDS
podman run -d --name sluice-image-worker "${run[@]}" --memory 1536m --tmpfs /tmp:rw,exec,mode=1777,size=512m -v /var/lib/sluice \
  -e SLUICE_BUNDLES=/opt/sluice/models/bundles/glyphs-adm,/opt/sluice/models/bundles/glyphs-dit \
  -e SLUICE_KAFKA_BOOTSTRAP_SERVERS="$kafka" -e SLUICE_REGISTRY_URL="$registry" -e SLUICE_S3_ENDPOINT="$s3" \
  -e SLUICE_S3_PATH_STYLE=true -e SLUICE_S3_BUCKET=sluice -e SLUICE_S3_ACCESS_KEY=sluice -e SLUICE_S3_SECRET_KEY=sluice-standalone \
  -e SLUICE_STATE_DIRECTORY=/var/lib/sluice -e SLUICE_HTTP_HOST=127.0.0.1 -e SLUICE_HTTP_PORT="${http##*:}" \
  -e SLUICE_PRICE_SKU=image -e SLUICE_PRICE_PER_DEVICE_SECOND=0.002 sluice:cpu worker >/dev/null
# When it was asked for the last time before it was ready.
unready=0
while asked=$(date +%s%N) && ! curl -sf -o /dev/null "http://$http/health/ready"; do
  unready=$asked
  [ "$(podman inspect --format '{{.State.Running}}' sluice-image-worker)" = true ] ||
    fail "The worker ended: $(podman logs sluice-image-worker 2>&1 | tail -n 3)"
  [ $((SECONDS - started)) -lt 300 ] || fail "The worker was not ready in 300 s: $(curl -s "http://$http/health/ready")"
  sleep 0.2
done
say "the worker was ready after $((SECONDS - started)) s, as user $(podman exec sluice-image-worker java -cp /opt/sluice/sluice.jar dev.sluice.cli.Ready "${http##*:}" && podman top sluice-image-worker huser | tail -n 1)"
# "is up" means that it takes requests: it says so once it is ready, and not before.
for _ in $(seq 50); do
  up=$(podman logs --timestamps sluice-image-worker 2>/dev/null | sed -n 's/^\([^ ]*\) .*Worker .* is up\.$/\1/p')
  [ -z "$up" ] || break
  sleep 0.2
done
[ -n "$up" ] || fail "The worker is ready, and did not say that it is up: $(podman logs sluice-image-worker 2>&1 | tail -n 3)"
[ "$(date -d "$up" +%s%N)" -gt $unready ] ||
  fail "The worker said at $up that it is up, and was not ready at $(date -d @$((unready / 1000000000)) -u +%FT%TZ)."
! podman exec sluice-image-worker java -cp /opt/sluice/sluice.jar dev.sluice.cli.Ready 1 2>/dev/null || fail "Its health check finds anybody ready."
for model in glyphs-adm glyphs-dit; do
  podman run --rm "${run[@]}" --tmpfs /tmp:rw,exec,mode=1777,size=64m sluice:cpu submit --kafka "$kafka" --registry "$registry" \
    --model "$model" --label seven --steps 10 --wait >"$work/submit.log" 2>&1 && grep -q completed "$work/submit.log" ||
    fail "No image of $model: $(tail -n 3 "$work/submit.log")"
done
memory=$(podman stats --no-stream --format '{{.MemUsage}}' sluice-image-worker 2>/dev/null || true)
say "an image of each bundle; memory $memory"

# It drains what it has: told to stop while requests are under way, it ends by itself, and says that it was fine.
podman run --rm "${run[@]}" --tmpfs /tmp:rw,exec,mode=1777,size=64m sluice:cpu submit --kafka "$kafka" --registry "$registry" \
  --model glyphs-adm --label seven --steps 50 --images 4 >"$work/submit.log" 2>&1 || fail "Not submitted: $(tail -n 3 "$work/submit.log")"
started=$SECONDS
podman stop -t 60 sluice-image-worker >/dev/null
status=$(podman inspect --format '{{.State.ExitCode}}' sluice-image-worker)
podman logs sluice-image-worker >"$work/worker.log" 2>&1
say "drained in $((SECONDS - started)) s, exit code $status"
[ "$status" = 0 ] || fail "A drain ends with 0, not with $status; $work/worker.log has what it said."
podman rm sluice-image-worker >/dev/null

if [ "${IMAGE_CUDA:-false}" = true ]; then
  make_base "$python" ca-certificates,python3-pip
  say "building the libraries of the CUDA stage, from PyPI's wheels for the CUDA that it has"
  version=$(sed -n 's|.*<libtorch.version>\(.*\)</libtorch.version>.*|\1|p' pom.xml)
  build "$work/one" libtorch-cuda sluice:libtorch-cuda --layers --build-arg CUDA_WHEELS="--break-system-packages torch==$version" \
    --volume /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro >>"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; fail "The CUDA stage's libraries do not find each other; $log has all."; }
  say "CUDA: $(grep 'find all that they need' "$log" | tail -n 1)"
  buildah rmi -f sluice:libtorch-cuda >/dev/null
fi
if [ -n "${IMAGE_ARCHIVE:-}" ]; then
  rm -f "$IMAGE_ARCHIVE"
  buildah push -q sluice:cpu "oci-archive:$IMAGE_ARCHIVE:sluice:cpu"
  say "the image is $IMAGE_ARCHIVE"
fi
rm -rf "$work/one" "$work/two" "$work/peers"
say "the image is fine; $((SECONDS - begun)) s"
