#!/bin/sh
# Makes $BUCKET and sees that it is there; SeaweedFS's shell ends with 0 whatever a command comes to.
set -eu

shell() {
  echo "$1" | weed shell -master="$MASTER" -filer="$FILER"
}

there() {
  shell s3.bucket.list 2>/dev/null | grep -Eq "(^|[[:space:]>])$BUCKET[[:space:]]"
}

there || shell "s3.bucket.create -name $BUCKET"
there
