#!/bin/sh
# sources.sh print|begin|end: a digest of what the jar is made of. `print` prints today's. The build calls `begin` before it
# compiles and `end` once the jar is there, which writes the digest beside it, target/sluice.sources, unless somebody has
# edited meanwhile. ./sluice builds where the two differ. Contents alone count, so that a copy or a checkout with other
# times is not built again.
set -eu
cd "$(dirname -- "$0")/.."

digest() {
  find pom.xml schemas src/main -type f ! -name '.*' -exec cksum {} + | LC_ALL=C sort | cksum
}

case "$1" in
print) digest ;;
begin)
  mkdir -p target
  digest >target/sluice.sources.begun
  ;;
end)
  if [ "$(cat target/sluice.sources.begun)" = "$(digest)" ]; then
    mv target/sluice.sources.begun target/sluice.sources
  else
    rm -f target/sluice.sources
  fi
  ;;
esac
