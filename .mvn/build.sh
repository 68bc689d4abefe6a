# Sourced by ./sluice: `build` makes target/sluice.jar and target/lib, and says on standard error how far it is. Needs $home.
#
# One build at a time: the lock is a symbolic link whose text is its holder, made and read in one step on every system. A
# second build waits, and finds all made. A lock goes over to the next one where none of its processes is left.

lock=$home/target/sluice.lock
log=$home/target/sluice.build.log
host=$(uname -n)
maven= watcher=

say() { echo "$1" >&2; }

holder() { readlink "$lock" 2>/dev/null || true; }

# Another user's process can't be signalled, but seen.
runs() { kill -0 "$1" 2>/dev/null || ps -p "$1" >/dev/null 2>&1; }

# HOST:PID[:PID]. What another machine runs can't be seen, so its lock stays.
lives() {
  case "$1" in
  "$host":*) ;;
  *) return 0 ;;
  esac
  for pid in $(echo "${1#*:}" | tr ':' ' '); do
    ! runs "$pid" || return 0
  done
  return 1
}

# The lock of a holder that is gone. One at a time, and only while it is that holder's: it may be another's by now.
clear_lock() {
  if mkdir "$lock.clearing" 2>/dev/null; then
    [ "$(holder)" != "$1" ] || rm -f "$lock"
    rmdir "$lock.clearing"
  elif [ -n "$(find "$lock.clearing" -prune -mmin +1 2>/dev/null)" ]; then
    rmdir "$lock.clearing" 2>/dev/null || true
  fi
}

take_lock() {
  told= refused=0 waits=0
  until reason=$(ln -s "$host:$$" "$lock" 2>&1); do
    other=$(holder)
    if [ -z "$other" ]; then
      # Let go of meanwhile, or no link can be made here.
      refused=$((refused + 1))
      [ "$refused" -lt 5 ] || { say "Can't build in $home/target: $reason" && exit 1; }
    elif ! lives "$other"; then
      clear_lock "$other"
      continue
    elif [ -z "$told" ]; then
      told=yes
      say "Another ./sluice builds here (host:process $other); waiting for it. If none does, delete $lock."
    fi
    sleep 1
    waits=$((waits + 1))
    [ $((waits % 10)) != 0 ] || say "  still waiting, $waits s"
  done
}

end_build() {
  trap - EXIT INT TERM HUP
  [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
  if [ -n "$maven" ] && kill "$maven" 2>/dev/null; then
    wait "$maven" 2>/dev/null || true
  fi
  case "$(holder)" in
  "$host:$$" | "$host:$$":*) rm -f "$lock" ;;
  esac
}

# What Maven is at, by the last of its log that says so.
phase() {
  awk '
    /Downloading from / { count++; now = "download" }
    # What comes between, for every module, is not worth a line.
    /^\[INFO\] --- / && $3 ~ /^(avro|compiler|dependency)/ { now = $3 }
    END {
      if (now == "download") print "fetching from Maven Central, file " count
      else if (now ~ /^avro/) print "generating classes of the contracts"
      else if (now ~ /^compiler/) print "compiling"
      else if (now ~ /^dependency/) print "copying libraries"
      else print "preparing"
    }' "$log"
}

# On a terminal one line that changes; elsewhere a line for each phase, and one every ten seconds.
watch_build() {
  shown= last=0
  while runs "$$"; do
    seconds=$(($(date +%s) - begun))
    now=$(phase)
    if [ -t 2 ]; then
      printf '\r  %-60s' "$now, $seconds s" >&2
    elif [ "${now%, file *}" != "${shown%, file *}" ] || [ $((seconds - last)) -ge 10 ]; then
      say "  $now, $seconds s"
      shown=$now last=$seconds
    fi
    sleep 1 >/dev/null 2>&1
  done
}

record_classes() {
  say "  recording which classes the commands load, $(($(date +%s) - begun)) s"
  "$home/.mvn/classes.sh" record "$JAVA_HOME" >>"$log" 2>&1 </dev/null ||
    say "  that failed ($log): commands will start more slowly"
}

run_maven() {
  say "Building Sluice (once; needs Maven Central) ..."
  begun=$(date +%s)
  rm -f "$lock.next"
  : >"$log"
  # The lock names Maven before it starts: it may outlive this script.
  # shellcheck disable=SC2016
  sh -c 'ln -s "$1:$$" "$2.next" && mv -f "$2.next" "$2" && cd "$3" && shift 3 && exec "$@"' build \
    "$host:$$" "$lock" "$home" ./mvnw -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcyclonedx.skip=true package \
    >"$log" 2>&1 </dev/null &
  maven=$!
  watch_build &
  watcher=$!
  failed=0
  wait "$maven" || failed=$?
  maven=
  kill "$watcher" 2>/dev/null || true
  watcher=
  [ ! -t 2 ] || printf '\r%-64s\r' '' >&2
  [ "$failed" != 0 ] || record_classes
  if [ "$failed" != 0 ]; then
    { grep '^\[ERROR\]' "$log" || tail -n 20 "$log"; } | head -n 20 >&2
    say "The build failed. All that it said is in $log."
    exit 1
  fi
  say "  built in $(($(date +%s) - begun)) s"
}

build() {
  mkdir -p "$home/target"
  trap end_build EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  take_lock
  # Whoever had the lock may have built it.
  "$home/.mvn/sources.sh" check || run_maven
  end_build
}
