#!/bin/sh
# known-faults.sh [--advisories FOLDER] [FILE...]: which parts have known faults, of bills of materials (CycloneDX) and of pins for
# pip; without FILE those of the build and of the model kit. Asks OSV. With FOLDER it asks nobody: that holds advisories in OSV's
# format, such as a clone of https://github.com/github/advisory-database.
#
# Ends with 1 where a part has a fault, with 2 where none was found but a part was not checked, and with 0 otherwise.
set -eu
cd "$(dirname -- "$0")/.."
bom=src/cli/target/sluice-sbom.json

[ -f $bom ] && [ -d target/lib ] || {
  echo "There is no $bom or no target/lib: ./mvnw -DskipTests -DskipITs package makes them." >&2
  exit 2
}
. .mvn/find-jdk.sh
files=no skipped=no
for argument; do
  case "$skipped$argument" in
  yes*) skipped=no ;;
  no--*) skipped=yes ;;
  *) files=yes ;;
  esac
done
[ $files = yes ] || set -- "$@" $bom models/locks/*.txt
exec "$JAVA_HOME/bin/java" -cp target/sluice.jar docker/KnownFaults.java "$@"
