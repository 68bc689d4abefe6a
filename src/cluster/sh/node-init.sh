#!/usr/bin/env bash
# Process 1 of the node, started by node.sh: sets up network and mounts, starts every component, and ends when its standard input
# does; the kernel then ends all others with it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
kind=$1; folder=$2; log=$3; group=$4
pki=$folder/pki
# Ends with whoever started it, however far it has come by then.
exec 3<&0
trap 'exit 0' TERM
{ cat <&3 > /dev/null; kill -TERM $$; } &
# Of the machine's processes, not of the namespace's: /proc is still the machine's.
read -r pid _ < /proc/self/stat

mount --make-rprivate /
mount -t proc proc /proc
# The kubelet sets these for the whole machine; here it finds them as it wants them.
mkdir -p "$folder/sysctl"
pretend() { echo "$2" > "$folder/sysctl/${1//\//_}"; mount --bind "$folder/sysctl/${1//\//_}" "/proc/sys/$1"; }
pretend vm/overcommit_memory 1; pretend vm/panic_on_oom 0; pretend kernel/panic 10; pretend kernel/panic_on_oops 1
[ ! -e /proc/sys/kernel/keys/root_maxkeys ] || { pretend kernel/keys/root_maxkeys 1000000; pretend kernel/keys/root_maxbytes 25000000; }
# As of a pod in some other namespace.
printf 'nameserver %s\nsearch svc.cluster.local cluster.local\noptions ndots:5\n' "$POD_GATEWAY" > "$folder/resolv.conf"
mount --bind "$folder/resolv.conf" /etc/resolv.conf
# What containerd, its plugins and the kubelet write to places of their own choice stays in here.
for top in /run /var; do
  mkdir -p "$folder/own$top" "$folder/own$top.work"
  mount -t overlay overlay -o "lowerdir=$top,upperdir=$folder/own$top,workdir=$folder/own$top.work" "$top"
done
mount --make-rshared /
ip link set lo up
# A pair of devices, since not every kernel has a dummy.
ip link add node0 type veth peer name node1
ip link set node1 up; ip addr add "$NODE_IP/32" dev node0; ip link set node0 up
# Components ask which address the default route has.
ip route add default dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward

start() { # NAME COMMAND...
  local name=$1; shift
  "$@" >> "$log/$name.log" 2>&1 < /dev/null &
}
await() { # SECONDS COMMAND...
  local seconds=$1; shift
  for _ in $(seq $((seconds * 5))); do "$@" > /dev/null 2>&1 && return 0; sleep 0.2; done
  echo "gave up after $seconds s: $*; the logs are in $log" >&2; return 1
}

# Of etcd 3.4, which Debian 12 has, lists would wait 3 s each without the feature gate.
start etcd etcd --data-dir "$folder/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --log-level warn
start kube-apiserver "$bin/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --advertise-address "$NODE_IP" --bind-address 0.0.0.0 --secure-port 6443 \
  --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --client-ca-file "$pki/ca.crt" \
  --service-account-key-file "$pki/sa.pub" --service-account-signing-key-file "$pki/sa.key" --service-account-issuer https://kubernetes.default.svc \
  --service-cluster-ip-range "$SERVICE_CIDR" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
  --kubelet-client-certificate "$pki/kubelet-client.crt" --kubelet-client-key "$pki/kubelet-client.key" --kubelet-preferred-address-types InternalIP \
  --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy --requestheader-extra-headers-prefix X-Remote-Extra- \
  --requestheader-group-headers X-Remote-Group --requestheader-username-headers X-Remote-User \
  --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key" --enable-aggregator-routing=true \
  --feature-gates SizeBasedListCostEstimate=false
export KUBECONFIG=$pki/admin.kubeconfig
await 180 kubectl get --raw /readyz
# They end where the API server does not answer within seconds.
start kube-controller-manager "$bin/kube-controller-manager" --kubeconfig "$pki/manager.kubeconfig" --authentication-kubeconfig "$pki/manager.kubeconfig" \
  --authorization-kubeconfig "$pki/manager.kubeconfig" --bind-address 127.0.0.1 --leader-elect=false --use-service-account-credentials \
  --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" --cluster-signing-cert-file "$pki/ca.crt" \
  --cluster-signing-key-file "$pki/ca.key" --allocate-node-cidrs --cluster-cidr "${POD_CIDR%/*}/16" --service-cluster-ip-range "$SERVICE_CIDR" \
  --requestheader-client-ca-file "$pki/ca.crt" --horizontal-pod-autoscaler-sync-period 5s
start kube-scheduler "$bin/kube-scheduler" --kubeconfig "$pki/scheduler.kubeconfig" --authentication-kubeconfig "$pki/scheduler.kubeconfig" \
  --authorization-kubeconfig "$pki/scheduler.kubeconfig" --bind-address 127.0.0.1 --leader-elect=false
await 60 kubectl -n default get serviceaccount default
[ "$kind" = plane ] || . "$here/kubelet.sh"

echo "$pid" > "$folder/pid.part"; mv "$folder/pid.part" "$folder/pid"
# Children that lost their parents are reaped by the shell as it waits.
while true; do sleep 1d & wait $!; done
