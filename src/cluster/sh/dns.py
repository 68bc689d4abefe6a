#!/usr/bin/env python3
"""dns.py ADDRESS: the cluster's name service. Answers for Services and for the pods of headless ones, as kubectl tells them; for
nothing else."""
import json
import socket
import struct
import subprocess
import sys
import threading
import time

services, slices, lock = {}, {}, threading.Lock()


def watch(kind, into, key):
    while True:
        with lock:
            into.clear()
        told = subprocess.Popen(
            ["kubectl", "get", kind, "-A", "-o", "json", "--watch", "--output-watch-events"], stdout=subprocess.PIPE, text=True)
        for line in told.stdout:  # an event each
            try:
                event = json.loads(line)
            except ValueError:
                continue
            with lock:
                if event["type"] == "DELETED":
                    into.pop(key(event["object"]), None)
                else:
                    into[key(event["object"])] = event["object"]
        told.wait()
        time.sleep(1)


def name(thing):
    return thing["metadata"]["namespace"], thing["metadata"]["name"]


def addresses(host):
    """Addresses of a name, or None where there is no such name."""
    parts = host.lower().rstrip(".").split(".")
    if len(parts) < 5 or parts[-3:] != ["svc", "cluster", "local"]:
        return None
    namespace, service, pod = parts[-4], parts[-5], ".".join(parts[:-5])
    with lock:
        found = services.get((namespace, service))
        if not found:
            return None
        cluster_ip = found["spec"].get("clusterIP")
        if cluster_ip and cluster_ip != "None":
            return None if pod else [cluster_ip]
        unready = found["spec"].get("publishNotReadyAddresses")
        ready = []
        for (where, _), slice in slices.items():
            if where != namespace or slice["metadata"].get("labels", {}).get("kubernetes.io/service-name") != service:
                continue
            for end in slice.get("endpoints") or []:
                if (unready or end.get("conditions", {}).get("ready") is not False) and (not pod or end.get("hostname") == pod):
                    ready += end["addresses"]
        return ready


def answer(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
        at += query[at] + 1
    kind = struct.unpack(">H", query[at + 1:at + 3])[0]
    question, found = query[12:at + 5], addresses(".".join(labels))
    code, records = (3, []) if found is None else (0, found if kind in (1, 255) else [])
    head = query[:2] + struct.pack(">HHHHH", 0x8580 | code, 1, len(records), 0, 0)
    return head + question + b"".join(b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 2, 4) + socket.inet_aton(a) for a in records)


for kind, into in (("services", services), ("endpointslices", slices)):
    threading.Thread(target=watch, args=(kind, into, name), daemon=True).start()
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND: the bridge comes with the first pod
server.bind((sys.argv[1], 53))
while True:
    query, peer = server.recvfrom(4096)
    try:
        server.sendto(answer(query), peer)
    except Exception as failure:
        print("dns:", failure, file=sys.stderr, flush=True)
