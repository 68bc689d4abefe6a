#!/usr/bin/env bash
# policies.sh begin|end FOLDER LOGS, within the node: starts kube-router's firewall, or ends it and takes its rules away.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
what=$1; folder=$2; log=$3
common=(--run-router=false --run-service-proxy=false --run-loadbalancer=false --kubeconfig "$folder/pki/admin.kubeconfig" --hostname-override node)
case $what in
  begin)
    setsid "$bin/kube-router" --run-firewall=true "${common[@]}" --service-cluster-ip-range "$SERVICE_CIDR" --iptables-sync-period 10s \
      --metrics-port 0 --health-port 0 >> "$log/kube-router.log" 2>&1 < /dev/null &
    echo $! > "$folder/kube-router.pid"
    ;;
  end)
    [ -e "$folder/kube-router.pid" ] || exit 0
    kill "$(cat "$folder/kube-router.pid")" 2> /dev/null || true
    rm "$folder/kube-router.pid"
    "$bin/kube-router" --cleanup-config >> "$log/kube-router.log" 2>&1 || true
    ;;
esac
