#!/bin/sh
# Makes $BUCKET and sees that it is there; SeaweedFS's shell ends with 0 whatever a command comes to. A filer that has just
# started on a busy machine may not answer yet, so it is asked three times.
set -eu

shell() {
  echo "$1" | weed shell -master="$MASTER" -filer="$FILER"
}

there() {
  shell s3.bucket.list 2>/dev/null | grep -Eq "(^|[[:space:]>])$BUCKET[[:space:]]"
}

for _ in 1 2 3; do
  ! there || exit 0
  shell "s3.bucket.create -name $BUCKET" || true
  ! there || exit 0
  sleep 2
done
echo "bucket.sh: $BUCKET was not made" >&2
exit 1
