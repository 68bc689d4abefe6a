#!/usr/bin/env bash
# prometheus.sh FOLDER LOGS, within the node: Debian's Prometheus, which scrapes what discovery.py names every 2 s.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
folder=$1; log=$2
cat > "$folder/prometheus.yml" <<YAML
global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}
scrape_configs:
  - job_name: pods
    file_sd_configs: [{files: ["$folder/targets.json"], refresh_interval: 2s}]
  - job_name: kube-state-metrics
    honor_labels: true
    static_configs: [{targets: ["$NODE_IP:9091"]}]
YAML
setsid prometheus --config.file "$folder/prometheus.yml" --storage.tsdb.path "$folder/prometheus" --web.listen-address "$NODE_IP:9090" \
  >> "$log/prometheus.log" 2>&1 < /dev/null &
echo $! > "$folder/prometheus.pid"
