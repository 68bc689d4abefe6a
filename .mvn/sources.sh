#!/bin/sh
# sources.sh check|begin|compiling|compiled|packaging|end: what the jar is made of, and whether it is made.
#
# `check` says whether target/sluice.jar and target/lib are there, whole, and made of today's sources: ./sluice builds where
# they are not. Contents alone count, so that a copy or a checkout with other times is not built again.
#
# The build calls the others at its phases. What an interrupted build leaves never passes as built, and never goes into the
# next one: what it had begun is made anew.
set -eu
cd "$(dirname -- "$0")/.."

digest() {
  find pom.xml schemas src/main -type f ! -name '.*' -exec cksum {} + | LC_ALL=C sort | cksum
}

case "$1" in
check)
  [ -f target/sluice.jar ] && [ -d target/lib ] && [ -f target/sluice.sources ] &&
    [ "$(digest)" = "$(cat target/sluice.sources)" ]
  ;;
begin)
  mkdir -p target
  # Maven takes a class file for whole that is younger than its source.
  [ ! -e target/sluice.compiling ] || rm -rf target/classes target/generated-sources target/maven-status
  digest >target/sluice.sources.begun
  ;;
compiling) : >target/sluice.compiling ;;
compiled) rm -f target/sluice.compiling ;;
packaging)
  # Without it, the last packaging did not end.
  [ -f target/sluice.sources ] || rm -rf target/sluice.jar target/lib
  rm -f target/sluice.sources
  ;;
end)
  # Not where somebody has edited meanwhile.
  if [ "$(cat target/sluice.sources.begun)" = "$(digest)" ]; then
    mv target/sluice.sources.begun target/sluice.sources
  fi
  ;;
esac
