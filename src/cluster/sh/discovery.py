#!/usr/bin/env python3
"""discovery.py TARGETS.json ADDRESS PORT: what Prometheus Operator and kube-state-metrics would do, as far as autoscaling asks for it.
Debian's Prometheus has no discovery of pods: each PodMonitor's are written to a file that Prometheus reads. Workloads' replicas are
served as metrics."""
import http.server
import json
import os
import subprocess
import sys
import threading
import time

targets, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
metrics = ""


def objects(*words):
    told = subprocess.run(["kubectl", "get", *words, "-A", "-o", "json"], capture_output=True, text=True)
    return json.loads(told.stdout)["items"] if told.returncode == 0 else None


def look():
    global metrics
    monitors, pods, workloads = objects("podmonitors.monitoring.coreos.com"), objects("pods"), objects("deployments,statefulsets")
    if monitors is None or pods is None or workloads is None:
        return
    found = []
    for monitor in monitors:
        where, wanted = monitor["metadata"]["namespace"], monitor["spec"]["selector"].get("matchLabels", {})
        if "release" not in monitor["metadata"].get("labels", {}):
            continue  # selected by this label, as kube-prometheus-stack's Prometheus does
        for pod in pods:
            meta, address = pod["metadata"], pod["status"].get("podIP")
            if meta["namespace"] == where and address and wanted.items() <= meta.get("labels", {}).items() and pod["status"]["phase"] == "Running":
                found.append({"targets": [address + ":8080"], "labels": {
                    "job": where + "/" + monitor["metadata"]["name"], "namespace": where, "pod": meta["name"], "container": "worker"}})
    with open(targets + ".part", "w") as file:
        json.dump(found, file)
    os.replace(targets + ".part", targets)
    metrics = "".join(
        'kube_%s_status_replicas{namespace="%s",%s="%s"} %d\n' % (
            kind, w["metadata"]["namespace"], kind, w["metadata"]["name"], w["status"].get("replicas", 0))
        for w in workloads for kind in [w["kind"].lower()])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(metrics.encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer((address, port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
while True:
    look()
    time.sleep(2)
