# Sourced by the scripts beside it: where things are, and what a run has for addresses.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SLUICE_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice-cluster}
bin=$cache/bin
image=${SLUICE_CLUSTER_IMAGE:-$cache/images/sluice-cpu.tar}
NODE_IP=10.244.255.1      # of an interface within the node's own network namespace
POD_CIDR=10.244.0.0/24; POD_GATEWAY=10.244.0.1
SERVICE_CIDR=10.96.0.0/16; API_SERVICE=10.96.0.1

# need PROGRAM PACKAGE: one sentence where a program is absent.
need() {
  [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v "$1")" ] || {
    echo "$1 is not installed; install it with: apt-get install -y --no-install-recommends $2" >&2
    exit 3
  }
}

# tools plane|node: what Debian has of it.
tools() {
  [ "$(id -u)" = 0 ] || { echo "namespaces with a network of their own need root" >&2; exit 3; }
  need etcd etcd-server; need kubectl kubernetes-client; need openssl openssl; need nsenter util-linux; need ip iproute2
  [ "$1" = node ] || return 0
  need containerd containerd; need runc runc; need iptables iptables; need conntrack conntrack; need ipset ipset; need python3 python3
  [ -r "$image" ] || { echo "there is no image in $image; ./mvnw -Pimage verify -Dimage.archive=$image writes one" >&2; exit 3; }
  PATH=$PATH:/usr/lib/cni need bridge containernetworking-plugins
}
