#!/bin/sh
# unpack-wheels.sh PYTHON OUT WHEELS: what an image keeps of the wheels that pip has installed in PYTHON. OUT gets the shared
# libraries, in the folders where they look for each other, and the licences of all of them; WHEELS gets their metadata.
set -eu
python=$1 out=$2 wheels=$3

mkdir -p "$out/torch" "$out/licenses" "$wheels"
mv "$python/torch/lib" "$out/torch/lib"
mv "$python/nvidia" "$python/cusparselt" "$out/"
rm -f "$out/torch/lib/libtorch_python.so" "$out"/nvidia/cufile/lib/libcufile_rdma.so*
find "$out" -type f ! -name '*.so' ! -name '*.so.*' -delete

for info in "$python"/torch-*.dist-info "$python"/nvidia_*.dist-info; do
  wheel=$(basename "$info" .dist-info)
  cp "$info/METADATA" "$wheels/$wheel"
  # Where a wheel brings no text, as cuSPARSELt's, its metadata names the licence.
  mkdir -p "$out/licenses/$wheel"
  find "$info" -type f \( -iname '*license*' -o -iname '*notice*' \) -exec cp {} "$out/licenses/$wheel/" \;
  [ -n "$(ls "$out/licenses/$wheel")" ] || grep -iE '^(License|Classifier: License|Home-page|Project-URL)' "$info/METADATA" \
    >"$out/licenses/$wheel/METADATA"
done
find "$out" -depth -type d -empty -delete
