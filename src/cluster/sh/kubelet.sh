# Sourced by node-init.sh: what makes a node of the control plane.
mkdir -p "$folder/containerd" "$folder/cni" "$folder/kubelet"
cat > "$folder/cni/10-one.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "one", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true, "ipMasq": false,
   "ipam": {"type": "host-local", "dataDir": "$folder/ipam", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
cat > "$folder/containerd.toml" <<TOML
version = 2
root = "$folder/containerd/root"
state = "$folder/containerd/state"
[grpc]
  address = "$folder/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "cluster.invalid/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
TOML
cat > "$folder/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 0.0.0.0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$pki/ca.crt"}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$group
cgroupsPerQOS: true
enforceNodeAllocatable: [pods]
clusterDNS: [$POD_GATEWAY]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://$folder/containerd.sock
failSwapOn: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
oomScoreAdj: 0
podLogsDir: $folder/pods-log
resolvConf: $folder/resolv.conf
tlsCertFile: $pki/kubelet.crt
tlsPrivateKeyFile: $pki/kubelet.key
volumePluginDir: $folder/kubelet/plugins
YAML
cat > "$folder/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: "$pki/proxy.kubeconfig"}
mode: iptables
clusterCIDR: ${POD_CIDR%/*}/16
hostnameOverride: node
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
YAML
start containerd containerd --config "$folder/containerd.toml"
await 30 ctr -a "$folder/containerd.sock" version
python3 "$here/pause.py" "$bin/pause" "$folder/pause.tar"
images() { ctr -a "$folder/containerd.sock" -n k8s.io images "$@" >> "$log/images.log" 2>&1; }
images import "$folder/pause.tar"
images import "$image"
# As a registry's name, which is what pods' short names stand for.
images tag sluice:cpu docker.io/library/sluice:cpu || true
start kubelet "$bin/kubelet" --config "$folder/kubelet.yaml" --kubeconfig "$pki/kubelet.kubeconfig" --hostname-override node --node-ip "$NODE_IP" \
  --root-dir "$folder/kubelet" --cert-dir "$folder/kubelet/pki" --node-labels topology.kubernetes.io/zone=one
start kube-proxy "$bin/kube-proxy" --config "$folder/proxy.yaml"
start dns python3 "$here/dns.py" "$POD_GATEWAY"
await 120 sh -c "kubectl get node node | grep -qw Ready"
