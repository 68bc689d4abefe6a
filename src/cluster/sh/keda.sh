#!/usr/bin/env bash
# keda.sh FOLDER LOGS, within the node: KEDA's operator and its metrics server with the rights that KEDA's own files give them, and a
# Prometheus for it under http://prometheus.monitoring.svc:9090. Returns when all of them answer; FOLDER/prometheus.pid names Prometheus.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
folder=$1; log=$2; config=$cache/keda/config
export KUBECONFIG=$folder/pki/admin.kubeconfig
apply() { kubectl apply --server-side --force-conflicts "$@" > /dev/null; }
apply -f "$config/general/namespace.yaml"
apply -k "$config/crd"
for part in service_account/service_account rbac/role rbac/role_binding metrics-server/role metrics-server/role_binding; do
  apply -f "$config/$part.yaml"
done

mkdir -p "$folder/keda"
cp "$folder/pki/ca.crt" "$folder/keda/ca.crt"
cp "$folder/pki/keda.crt" "$folder/keda/tls.crt"; cp "$folder/pki/keda.key" "$folder/keda/tls.key"
# What a pod of KEDA's account would find; nothing of the machine is at this place in here.
account=/var/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$account"
kubectl -n keda create token keda-operator --duration 24h > "$account/token"
cp "$folder/pki/ca.crt" "$account/ca.crt"; echo -n keda > "$account/namespace"
as_keda() { # LOG COMMAND...
  local to=$1; shift
  env -u KUBECONFIG KUBERNETES_SERVICE_HOST=$API_SERVICE KUBERNETES_SERVICE_PORT=443 POD_NAMESPACE=keda WATCH_NAMESPACE= \
    setsid "$@" >> "$log/$to.log" 2>&1 < /dev/null &
}
as_keda keda-operator "$bin/keda-operator" --cert-dir "$folder/keda" --metrics-bind-address 127.0.0.1:18080 \
  --health-probe-bind-address 127.0.0.1:18081 --zap-log-level=info --zap-encoder=console
as_keda keda-adapter "$bin/keda-adapter" --secure-port=6444 --port 18082 --metrics-service-address localhost:9666 --cert-dir "$folder/keda" \
  --client-ca-file "$folder/keda/ca.crt" --tls-cert-file "$folder/keda/tls.crt" --tls-private-key-file "$folder/keda/tls.key" --zap-log-level=error

service() { # NAMESPACE NAME PORT TARGET: to a process of the node
  cat <<YAML
apiVersion: v1
kind: Service
metadata: {name: $2, namespace: $1}
spec: {ports: [{port: $3, targetPort: $4}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: $2, namespace: $1, labels: {kubernetes.io/service-name: $2}}
addressType: IPv4
ports: [{port: $4, protocol: TCP, name: ""}]
endpoints: [{addresses: [$NODE_IP], conditions: {ready: true}}]
---
YAML
}
kubectl create namespace monitoring --dry-run=client -o yaml | apply -f -
{
  service keda keda-metrics-apiserver 443 6444
  service monitoring prometheus 9090 9090
} | apply -f -
sed "/^spec:/a\  caBundle: $(base64 -w0 "$folder/keda/ca.crt")" "$config/metrics-server/api_service.yaml" | apply -f -

"$here/prometheus.sh" "$folder" "$log"
setsid python3 "$here/discovery.py" "$folder/targets.json" "$NODE_IP" 9091 >> "$log/discovery.log" 2>&1 < /dev/null &
for _ in $(seq 120); do
  kubectl get --raw /apis/external.metrics.k8s.io/v1beta1 > /dev/null 2>&1 && exit 0
  sleep 1
done
echo "KEDA's metrics server does not answer; see $log" >&2
exit 1
