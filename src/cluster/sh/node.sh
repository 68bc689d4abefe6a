#!/usr/bin/env bash
# node.sh plane|node FOLDER LOGS: a Kubernetes of one node within namespaces of its own (network, mounts, processes). Nothing listens
# on the machine's interfaces, and none of its rules, routes, mounts or settings changes. FOLDER gets all of its state; FOLDER/pid
# names the process whose namespaces they are. It lives as long as its standard input is open, and leaves nothing but LOGS.
#   plane   etcd, kube-apiserver, kube-controller-manager, kube-scheduler
#   node    the same with containerd, kubelet, kube-proxy and a name service; runs the images of the cache
set -euo pipefail
. "$(dirname "$0")/lib.sh"
kind=$1; folder=$2; log=$3
tools "$kind"
mkdir -p "$folder" "$log"
group=sluice-cluster-$$

# Groups of processes can't be unmade while something runs in them.
end() {
  for _ in $(seq 50); do
    find /sys/fs/cgroup -maxdepth 4 -depth -type d -path "*/$group*" 2>/dev/null | grep -q . || break
    find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null || true
    sleep 0.1
  done
  rm -rf "$folder"
}
trap end EXIT
if [ "$kind" = node ]; then
  for controller in /sys/fs/cgroup/*/; do
    [ -e "$controller/cgroup.procs" ] || continue
    case $controller in */unified/ | *.slice/ | *.scope/) continue ;; esac
    mkdir -p "$controller$group"
  done
  # The kubelet would give 1024 a processor to all pods where nothing is above them, which is what every thread of another program has.
  [ ! -e "/sys/fs/cgroup/cpu/$group" ] || echo $((8 * 1024 * $(nproc))) > "/sys/fs/cgroup/cpu/$group/cpu.shares"
  for file in cpuset.cpus cpuset.mems; do   # a new one has none
    [ ! -e "/sys/fs/cgroup/cpuset/$group/$file" ] || cat "/sys/fs/cgroup/cpuset/$file" > "/sys/fs/cgroup/cpuset/$group/$file"
  done
fi
"$here/pki.sh" "$folder"
# Components share the processors with what else runs as pods do, not each of their threads with each of its.
bash -c '[ ! -e "$1" ] || echo $$ > "$1"; shift; exec "$@"' - "/sys/fs/cgroup/cpu/$group/cgroup.procs" \
  unshare --net --mount --pid --fork --kill-child -- bash "$here/node-init.sh" "$kind" "$folder" "$log" "$group"
