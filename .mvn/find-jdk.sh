# Sourced by ./mvnw and ./sluice: points JAVA_HOME at a JDK of at least version 21 on this machine, so that both work where
# the `java` on the PATH is older. Says one sentence and fails where there is none. The first of these that there is:
#   SLUICE_JDK  a version such as 21, or a JDK's folder; nothing else will do then
#   JAVA_HOME   where it is new enough
#   the newest  of the usual places

jdk_major() {
  [ -n "$1" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

no_jdk() {
  echo "$1" >&2
  exit 1
}

find_jdk() {
  best_home= best_major=20 wanted=
  set +f
  case "${SLUICE_JDK-}" in
  '') set -- "${JAVA_HOME-}" ;;
  *[!0-9]*) set -- "$SLUICE_JDK" ;;
  *)
    wanted=$SLUICE_JDK
    [ "$wanted" -ge 21 ] || no_jdk "Sluice needs a JDK of version 21 or newer, and SLUICE_JDK demands $wanted."
    set --
    ;;
  esac
  for candidate in "$@"; do
    major=$(jdk_major "$candidate")
    [ "${major:-0}" -lt 21 ] || best_home=$candidate best_major=$major
  done
  case "${SLUICE_JDK-}" in
  *[!0-9]*) [ -n "$best_home" ] || no_jdk "SLUICE_JDK is $SLUICE_JDK, which is no JDK of version 21 or newer." ;;
  esac
  if [ -z "$best_home" ]; then
    on_path=$(command -v javac 2>/dev/null) || on_path=
    [ -z "$on_path" ] || on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
    for candidate in "${JAVA_HOME-}" "${on_path%/bin/javac}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
      "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
      major=$(jdk_major "$candidate")
      if [ "${major:-0}" -gt "$best_major" ] && [ "${wanted:-$major}" = "$major" ]; then
        best_home=$candidate best_major=$major
      fi
    done
  fi
  [ -n "$best_home" ] || [ -z "$wanted" ] || no_jdk "There is no JDK $wanted on this machine, which SLUICE_JDK demands."
  [ -n "$best_home" ] ||
    no_jdk "Sluice needs a JDK of version 21 or newer and found none; install one, or point JAVA_HOME at it."
  JAVA_HOME=$best_home
  export JAVA_HOME
  # Libraries still use what these JDKs warn about; the flag is unknown to older ones.
  jdk_flags=
  [ "$best_major" -lt 24 ] || jdk_flags="--sun-misc-unsafe-memory-access=allow"
}

find_jdk
