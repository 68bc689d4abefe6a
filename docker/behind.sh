#!/bin/sh
# behind.sh: which pinned versions are behind, and which parts have known faults. Asks Maven Central, PyPI, Debian's archive and OSV;
# says what it could not ask. Needs curl. Ends as known-faults.sh does.
set -u
cd "$(dirname -- "$0")/.." || exit 1
command -v curl >/dev/null || {
  echo "There is no curl, which this asks with." >&2
  exit 1
}

echo "Libraries (pom.xml):"
./mvnw -B -q -Dmaven.version.ignore='.*-(alpha|beta|M|rc|RC|preview).*' -Dversions.outputFile=target/behind.txt \
  org.codehaus.mojo:versions-maven-plugin:2.25.2:display-property-updates >target/behind.log 2>&1 &&
  grep -hE -- '-> ' target/behind.txt target/behind.log 2>/dev/null | sort -u | sed 's/^.*\${/  ${/' ||
  echo "  none, or Maven Central could not be asked (target/behind.log)"

newest() { # newest NAME HAVE NEWEST
  if [ -z "$3" ]; then
    echo "  $1 $2: could not be asked"
  elif [ "$2" != "$3" ]; then
    echo "  $1 $2 -> $3"
  else
    echo "  $1 $2"
  fi
}
echo "Bases and libtorch (docker/images.txt, pom.xml):"
newest libtorch "$(sed -n 's|.*<libtorch.version>\(.*\)</libtorch.version>.*|\1|p' pom.xml)" \
  "$(curl -sfL https://pypi.org/pypi/torch/json | grep -o '"version": *"[0-9.]*"' | head -n 1 | cut -d '"' -f 4)"
newest debian "$(sed -n 's/^debian:\([0-9.]*\)-.*/\1/p' docker/images.txt)" \
  "$(curl -sfL http://deb.debian.org/debian/dists/trixie/Release | sed -n 's/^Version: //p')"
newest openjdk-21 "$(sed -n 's/^eclipse-temurin:\([0-9._]*\)-.*/\1/p' docker/images.txt)" \
  "$(curl -sfL https://api.adoptium.net/v3/info/release_versions?version=%5B21,22%29 | grep -o '"openjdk_version": *"[^"]*"' |
    head -n 1 | cut -d '"' -f 4)"
echo "  Not asked: the registries of images. \`skopeo list-tags docker://IMAGE\` lists newer tags of what docker/images.txt names."
grep -v '^#' docker/images.txt | grep -v '@sha256:' | sed 's/^/  without a digest: /'

echo "Known faults:"
docker/known-faults.sh
