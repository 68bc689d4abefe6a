#!/usr/bin/env python3
"""pause.py PROGRAM OUT.tar: the image that holds a pod's namespaces open, of one static program, as an OCI archive."""
import hashlib
import io
import json
import sys
import tarfile

program, out = sys.argv[1:]


def archive(files):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for path, mode, content in files:
            entry = tarfile.TarInfo(path)
            entry.mode, entry.size = mode, len(content)
            tar.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def described(kind, content):
    return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + hashlib.sha256(content).hexdigest(), "size": len(content)}


name = "cluster.invalid/pause:1"
layer = archive([("pause", 0o755, open(program, "rb").read())])
layer_described = described("layer.v1.tar", layer)
config = json.dumps({
    "architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
    "rootfs": {"type": "layers", "diff_ids": [layer_described["digest"]]}}).encode()
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": described("config.v1+json", config), "layers": [layer_described]}).encode()
index = json.dumps({"schemaVersion": 2, "manifests": [
    described("manifest.v1+json", manifest) | {"annotations": {"io.containerd.image.name": name}}]}).encode()
blobs = [("blobs/sha256/" + hashlib.sha256(blob).hexdigest(), 0o644, blob) for blob in (layer, config, manifest)]
with open(out, "wb") as file:
    file.write(archive([("oci-layout", 0o644, b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", 0o644, index)] + blobs))
