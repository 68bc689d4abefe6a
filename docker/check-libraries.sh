#!/bin/sh
# check-libraries.sh ROOT FOLDER...: fails, naming them, if a shared library in these folders of ROOT needs one that can't be found
# there. It runs while the image is built, and the loader that looks is the one of the image. Only libcuda is left out: the
# driver on the host brings it.
set -eu
root=$1
shift

folders=
for folder; do
  folders="$folders $root$folder"
done
# Folders of this repository's and PyTorch's, without blanks in their names.
# shellcheck disable=SC2086
libraries=$(find $folders -type f \( -name '*.so' -o -name '*.so.*' \))
[ -n "$libraries" ] || {
  echo "There are no shared libraries in $*." >&2
  exit 1
}
# look BESIDE LIBRARY: what it needs and where that is found. The image's own loader tells, as ldd would; what it finds outside
# of the image is not there.
look() {
  if [ -z "$root" ]; then
    LD_LIBRARY_PATH=$1 ldd "$2"
  else
    told=$(LD_TRACE_LOADED_OBJECTS=1 "$root/lib64/ld-linux-x86-64.so.2" --inhibit-cache \
      --library-path "$root/usr/lib/x86_64-linux-gnu${1:+:$root$1}" "$root$2") || return 1
    echo "$told" |
      awk -v root="$root/" '$2 == "=>" && $3 ~ /^\// && index($3, root) != 1 { print $1 " => not found in the image"; next } { print }'
  fi
}
missing=$(
  for library in $libraries; do
    within=${library#"$root"}
    case "$within" in
    # DJL loads libtorch, which lies beside its own library, before that.
    */libdjl_torch.so) beside=${within%/*} ;;
    *) beside= ;;
    esac
    found=$(look "$beside" "$within" 2>&1) || found="$found
ldd => not found: $found"
    echo "$found" | grep 'not found' | grep -v '^[[:space:]]*libcuda\.so\.1 =>' | sed "s|^[[:space:]]*|$within needs |" || :
  done
)
[ -z "$missing" ] || {
  echo "$missing" >&2
  exit 1
}
echo "$(echo "$libraries" | wc -l) libraries find all that they need."
