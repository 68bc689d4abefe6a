# Sourced by ./mvnw and ./sluice: points JAVA_HOME at the newest JDK of at least version 21 on this machine,
# so that both work where the `java` on the PATH is older. Says one sentence and fails where there is none.

find_jdk() {
  best_home= best_major=20
  on_path=$(command -v javac 2>/dev/null) || on_path=
  [ -z "$on_path" ] || on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
  set +f
  for candidate in "${JAVA_HOME-}" "${on_path%/bin/javac}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] && [ -r "$candidate/release" ] || continue
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")
    if [ "${major:-0}" -gt "$best_major" ]; then
      best_home=$candidate best_major=$major
    fi
  done
  if [ -z "$best_home" ]; then
    echo "Sluice needs a JDK of version 21 or newer and found none; install one, or point JAVA_HOME at it." >&2
    exit 1
  fi
  JAVA_HOME=$best_home
  export JAVA_HOME
  # Libraries still use what these JDKs warn about; the flag is unknown to older ones.
  jdk_flags=
  [ "$best_major" -lt 24 ] || jdk_flags="--sun-misc-unsafe-memory-access=allow"
}

find_jdk
