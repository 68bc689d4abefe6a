#!/usr/bin/env bash
# Builds what a cluster of one node is made of, from the Go module proxy, into a cache outside of the tree. What is there is
# left alone; the first build takes long.
#   programs.sh plane            kube-apiserver, kube-controller-manager, kube-scheduler
#   programs.sh node             the same with kubelet and kube-proxy, and what holds a pod open
#   programs.sh keda             KEDA's operator and its metrics server
#   programs.sh policies         kube-router, of which only the part that enforces network policies is used
#   programs.sh --check PART...  builds nothing; says what is missing, and ends with a status other than 0
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The last minor whose kubelet runs on cgroup v1 without being told to.
KUBERNETES=v1.34.4
KEDA=v2.20.2
KUBE_ROUTER=v2.1.0

check=
[ "${1-}" != --check ] || { check=1; shift; }
export GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0
slim="-s -w"

programs() {
  case $1 in
    plane) echo "kube-apiserver kube" ;;
    node) echo "kube-apiserver kube pause" ;;
    keda) echo "keda-operator keda-adapter" ;;
    policies) echo "kube-router" ;;
    *) echo "unknown part $1: plane, node, keda or policies" >&2; exit 2 ;;
  esac
}

# The version of what is built stands in its name, so that a change of it builds anew.
named() {
  case $1 in
    kube*router) echo "$1-$KUBE_ROUTER" ;;
    kube*) echo "$1-$KUBERNETES" ;;
    keda*) echo "$1-$KEDA" ;;
    pause) echo "pause-1" ;;
  esac
}

module_folder() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }

# A module that requires Kubernetes, with each part that its repository holds replaced by that part's own release.
kubernetes_module() {
  local folder=$cache/src/kubernetes-$KUBERNETES from parts=v0.${KUBERNETES#v1.}
  [ ! -e "$folder/ready" ] || return 0
  mkdir -p "$folder/kube"; cd "$folder"
  from=$(module_folder "k8s.io/kubernetes@$KUBERNETES")
  {
    printf 'module cluster.invalid/kubernetes\n\n'
    sed -n '/^go /p' "$from/go.mod"
    printf '\ngodebug default=go1.24\n\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$KUBERNETES"
    sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#\t\1 => \1 $parts#p" "$from/go.mod"
    echo ')'
  } > go.mod
  cp "$here/../go/kube.go" kube/main.go
  cp "$here/../go/apiserver.go" .
  go mod tidy -e > tidy.log 2>&1 || { cat tidy.log; return 1; }
  touch ready
}
kubernetes_flags() {
  local v=k8s.io/component-base/version minor=${KUBERNETES#v1.}
  echo "$slim -X $v.gitVersion=$KUBERNETES -X $v.gitMajor=1 -X $v.gitMinor=${minor%%.*} -X $v.gitTreeState=clean -X $v.buildDate=2026-01-01T00:00:00Z"
}

# A module's own sources, which `replace` lines of its own hold for only where it is the main module.
own_sources() {
  local folder=$cache/src/$1
  [ -e "$folder/go.mod" ] || { mkdir -p "$folder"; cp -r "$(module_folder "$2")/." "$folder"; chmod -R u+w "$folder"; }
  cd "$folder"
}

build() {
  local out=$bin/$(named "$1") flags=$slim package
  case $1 in
    kube-apiserver) kubernetes_module; package=k8s.io/kubernetes/cmd/kube-apiserver; flags=$(kubernetes_flags); cd "$cache/src/kubernetes-$KUBERNETES" ;;
    kube) kubernetes_module; package=./kube; flags=$(kubernetes_flags); cd "$cache/src/kubernetes-$KUBERNETES" ;;
    keda-*) own_sources "keda-$KEDA" "github.com/kedacore/keda/v2@$KEDA"; package=./cmd/${1#keda-} ;;
    pause) cd "$here/../go"; package=pause.go ;;
    kube-router) own_sources "kube-router-$KUBE_ROUTER" "github.com/cloudnativelabs/kube-router/v2@$KUBE_ROUTER"; package=./cmd/kube-router ;;
  esac
  nice -n "${SLUICE_CLUSTER_NICE:-10}" go build -p "$(nproc)" -trimpath -ldflags "$flags" -o "$out.part" "$package"
  mv "$out.part" "$out"
}

[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
for part; do
  case $check$part in 1plane | 1node) tools "$part" ;; esac
  for program in $(programs "$part"); do
    [ ! -x "$bin/$(named "$program")" ] || continue
    [ -z "$check" ] || { echo "$program is not built: src/cluster/sh/programs.sh $part builds it into $cache, which takes minutes"; exit 1; }
    need go golang
    mkdir -p "$bin"
    echo "Building $program from the Go module proxy into $cache. Two processors take 2 to 6 minutes for each of Kubernetes' programs and longer for KEDA's; it is done once."
    started=$SECONDS
    build "$program"
    echo "Built $program in $((SECONDS - started)) s."
  done
  [ -n "$check" ] || for program in $(programs "$part"); do ln -sf "$(named "$program")" "$bin/$program"; done
done
[ ! -d "$cache/src/keda-$KEDA" ] || ln -sfn "src/keda-$KEDA" "$cache/keda"
[ -n "$check" ] || for name in kube-controller-manager kube-scheduler kubelet kube-proxy; do ln -sf kube "$bin/$name"; done
