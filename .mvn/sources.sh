#!/bin/sh
# sources.sh check|digest|packaging|end | begin|compiling|compiled FOLDER: what the jars are made of, and whether they are made.
#
# `check` says whether target/sluice.jar and target/lib are there, whole, and made of today's sources: ./sluice builds where
# they are not. Contents alone count, so that a copy or a checkout with other times is not built again.
#
# The build calls the others at its phases, with a module's target folder. What an interrupted build leaves never passes as
# built, and never goes into the next one: what it had begun is made anew.
set -eu
cd "$(dirname -- "$0")/.."

digest() {
  # shellcheck disable=SC2046
  find pom.xml schemas src/*/pom.xml $(ls -d src/*/main 2>/dev/null) -type f ! -name '.*' -exec cksum {} + | LC_ALL=C sort | cksum
}

case "$1" in
check)
  [ -f target/sluice.jar ] && [ -d target/lib ] && [ -f target/sluice.sources ] &&
    [ "$(digest)" = "$(cat target/sluice.sources)" ]
  ;;
digest)
  mkdir -p target
  digest >target/sluice.sources.begun
  ;;
begin)
  mkdir -p "$2"
  # Maven takes a class file for whole that is younger than its source.
  [ ! -e "$2/sluice.compiling" ] || rm -rf "$2/classes" "$2/generated-sources" "$2/maven-status"
  ;;
compiling) : >"$2/sluice.compiling" ;;
compiled) rm -f "$2/sluice.compiling" ;;
packaging)
  # Without it, the last packaging did not end.
  [ -f target/sluice.sources ] || rm -rf target/sluice.jar target/lib
  rm -f target/sluice.sources
  ;;
end)
  # Not where somebody has edited meanwhile.
  if [ "$(cat target/sluice.sources.begun 2>/dev/null)" = "$(digest)" ]; then
    mv target/sluice.sources.begun target/sluice.sources
  fi
  ;;
esac
