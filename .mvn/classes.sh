#!/bin/sh
# classes.sh key JDK | record JDK: an archive of the classes that commands load (class-data sharing), so that they start quickly.
#
# `record` runs them once and makes target/sluice.jsa. `key` says what an archive has to be of: JVMs take none of another JDK, nor
# of a jar with another time, as a copy has. An archive that can't be made is done without.
set -eu
cd "$(dirname -- "$0")/.."
jdk=$2
folder=target/rehearsal

modified() { stat -c %Y "$1" 2>/dev/null || stat -f %m "$1"; }

key() { echo "$jdk $(modified target/sluice.jar)"; }

record() {
  flags="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED"
  rm -rf "$folder" target/sluice.jsa target/sluice.jsa.key
  mkdir -p "$folder"
  boot=$(echo "$PWD"/target/lib/picocli-*.jar)
  # shellcheck disable=SC2086
  SLUICE_LOG_LEVEL=OFF "$jdk/bin/java" $flags -Xbootclasspath/a:"$boot" -XX:DumpLoadedClassList="$folder/classes" -Dsluice.home="$PWD" \
    -cp "$PWD/target/sluice.jar" dev.sluice.cli.Main rehearse "$folder/data"
  # shellcheck disable=SC2086
  "$jdk/bin/java" $flags -Xbootclasspath/a:"$boot" -Xshare:dump -XX:SharedClassListFile="$folder/classes" \
    -XX:SharedArchiveFile=target/sluice.jsa -cp "$PWD/target/sluice.jar"
  rm -rf "$folder"
  key >target/sluice.jsa.key
}

"$1"
