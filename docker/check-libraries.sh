#!/bin/sh
# check-libraries.sh FOLDER...: fails, naming them, if a shared library there needs one that can't be found. It runs while the
# image is built, on the base that the image will have. Only libcuda is left out: the driver on the host brings it.
set -eu

libraries=$(find "$@" -type f \( -name '*.so' -o -name '*.so.*' \))
[ -n "$libraries" ] || {
  echo "There are no shared libraries in $*." >&2
  exit 1
}
missing=$(
  for library in $libraries; do
    case "$library" in
    # DJL loads libtorch, which lies beside its own library, before that.
    */libdjl_torch.so) beside=${library%/*} ;;
    *) beside= ;;
    esac
    found=$(LD_LIBRARY_PATH=$beside ldd "$library" 2>&1) || found="ldd => not found: $found"
    echo "$found" | grep 'not found' | grep -v '^[[:space:]]*libcuda\.so\.1 =>' | sed "s|^[[:space:]]*|$library needs |" || :
  done
)
[ -z "$missing" ] || {
  echo "$missing" >&2
  exit 1
}
echo "$(echo "$libraries" | wc -l) libraries find all that they need."
