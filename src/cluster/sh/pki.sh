#!/usr/bin/env bash
# pki.sh FOLDER: an authority, a certificate for each component, and a kubeconfig beside each, in FOLDER/pki.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
mkdir -p "$1/pki"; cd "$1/pki"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
key ca; openssl req -x509 -new -key ca.key -days 3650 -subj /CN=sluice-cluster -out ca.crt
key sa; openssl ec -in sa.key -pubout -out sa.pub 2> /dev/null

certificate() { # NAME SUBJECT SAN
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n' "$3") 2> /dev/null
}
certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$NODE_IP,IP:$API_SERVICE"
certificate kubelet-client /O=system:masters/CN=apiserver-kubelet DNS:x
certificate front-proxy /CN=front-proxy DNS:x
certificate kubelet /O=system:nodes/CN=system:node:node "DNS:node,IP:$NODE_IP,IP:127.0.0.1"
certificate admin /O=system:masters/CN=admin DNS:x
certificate manager /CN=system:kube-controller-manager DNS:x
certificate scheduler /CN=system:kube-scheduler DNS:x
certificate proxy /CN=system:kube-proxy DNS:x
certificate keda /CN=keda "DNS:localhost,DNS:keda-metrics-apiserver.keda.svc"
for name in kubelet admin manager scheduler proxy; do
  cat > "$name.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: one, cluster: {server: "https://$NODE_IP:6443", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: one, user: {client-certificate-data: $(base64 -w0 "$name.crt"), client-key-data: $(base64 -w0 "$name.key")}}]
contexts: [{name: one, context: {cluster: one, user: one}}]
current-context: one
YAML
done
