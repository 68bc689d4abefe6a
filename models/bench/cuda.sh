#!/bin/sh
# Checks Sluice on a CUDA GPU in one command: loads libtorch out of a Python's torch, makes a random fp16 bundle, checks that
# images have the same bits alone and among others and that memory stays flat, and prints the table of `./sluice bench`.
# It lies here because all it needs besides ./sluice is the model kit.
#
#   models/bench/cuda.sh [--device gpu:N] [--python PYTHON] [--work DIR] [--parameters N] [--skip-bench]
#
# Needs Linux on x86-64, an NVIDIA GPU and its driver, a JDK >= 21, and a Python (3.11) with the model kit's dependencies: torch
# 2.7.1 built for CUDA, numpy, pillow. Ends with 1 and one sentence where something is missing or a promise does not hold.
#
# What was run and what was not: no GPU was at hand when this was written. With `--device cpu` everything up to the bench table
# was run, on the CUDA build of torch 2.7.1 (12.6) and DJL's cu128 library, which load together (on a machine without a driver
# PYTORCH_LIBRARY_PATH must name a copy without libcaffe2_nvrtc.so); and each sentence below was made to appear. Nothing has
# been run on a GPU, by this script or otherwise: not the bits, not the memory, not the figures.
set -eu

fail() {
  echo "cuda.sh: $1" >&2
  exit 1
}

root=$(cd "$(dirname -- "$0")/../.." && pwd)
device=gpu:0
python=${SLUICE_PYTHON-python3}
work=$root/models/build/cuda
parameters=20000000
bench=true
while [ $# -gt 0 ]; do
  case $1 in
  --skip-bench)
    bench=false
    shift
    continue
    ;;
  --device | --python | --work | --parameters) [ $# -ge 2 ] || fail "$1 needs a value." ;;
  *) fail "$1 is no option of this script; its first lines list them." ;;
  esac
  case $1 in
  --device) device=$2 ;;
  --python) python=$2 ;;
  --work) work=$2 ;;
  --parameters) parameters=$2 ;;
  esac
  shift 2
done

[ "$(uname -sm)" = "Linux x86_64" ] || fail "this needs Linux on x86-64, and here is $(uname -sm)."
. "$root/.mvn/find-jdk.sh"
command -v "$python" >/dev/null || fail "there is no $python; name a Python that has torch with --python or SLUICE_PYTHON."
"$python" -c 'import numpy, PIL, torch' 2>/dev/null ||
  fail "$python can't import torch, numpy and PIL; 'pip install -e models' there brings them."
torch=$("$python" -c 'import torch; print(torch.__version__)')
case $torch in
2.7.1+cu*) ;;
*) fail "$python has torch $torch; DJL's libraries need 2.7.1 built for CUDA." ;;
esac

case $device in
gpu:[0-9] | gpu:[0-9][0-9])
  # nvidia-smi and libtorch should mean the same GPU by a number.
  export CUDA_DEVICE_ORDER=PCI_BUS_ID
  command -v nvidia-smi >/dev/null || fail "there is no nvidia-smi, so probably no NVIDIA driver."
  nvidia-smi -i "${device#gpu:}" --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null ||
    fail "nvidia-smi finds no GPU number ${device#gpu:}."
  "$python" -c "import torch; torch.zeros(1, device='cuda:${device#gpu:}')" 2>/dev/null ||
    fail "torch $torch can't use GPU number ${device#gpu:}; its driver may be older than torch's CUDA."
  ;;
cpu) echo "A rehearsal on the CPU, in fp32: it says nothing about a GPU." ;;
*) fail "--device $device is neither gpu:N nor cpu." ;;
esac

# DJL takes libtorch from this folder, in place, so that it finds cuDNN and cuBLAS beside it as Python does; its own library
# of this flavour comes out of the pytorch-jni jar on Sluice's class path, and nothing is downloaded. It is linked against
# libtorch and c10 alone, not against the CUDA runtime: one built for 12.8 serves torch built for 12.6 too.
PYTORCH_LIBRARY_PATH=${PYTORCH_LIBRARY_PATH-$("$python" -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parent / "lib")')}
export PYTORCH_LIBRARY_PATH PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128
[ -f "$PYTORCH_LIBRARY_PATH/libtorch_cuda.so" ] || fail "$PYTORCH_LIBRARY_PATH has no libtorch_cuda.so."
echo "torch $torch from $PYTORCH_LIBRARY_PATH, JDK $JAVA_HOME"

# Convolutions in fp16 take some thirty times as long on a CPU, so a rehearsal does without.
precision=half
[ "$device" != cpu ] || precision=single
bundle=$work/random-adm-$parameters-$precision
if [ ! -f "$bundle/bundle.json" ]; then
  set -- random-bundle --out "$bundle" --name "random-adm-$precision" --parameters "$parameters"
  [ $precision = single ] || set -- "$@" --half
  (cd "$root/models" && "$python" -m sluice_models "$@") || fail "the random bundle could not be made."
fi

"$python" "$root/models/bench/worker_check.py" --bundle "$bundle" --device "$device"

if [ "$bench" = true ]; then
  "$root/sluice" bench --device "$device" --bundles "$bundle" --python "$python"
fi
