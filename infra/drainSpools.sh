# Delivers what tasks that are gone have left behind: runs a collector, which nobody can reach, on each free folder that
# holds undelivered clicks, until they are delivered. Ends with 1 while some are left.
set -eu
: "${SPOOL_ROOT:?}" "${SPOOL_FOLDERS:?}" "${SPOOL_DRAIN_SECONDS:?}"
holds_clicks() {
  [ -n "$(find "$1" -name '*.ndjson' 2>/dev/null | head -n 1)" ]
}
left=0
number=0
while [ "$number" -lt "$SPOOL_FOLDERS" ]; do
  folder="$SPOOL_ROOT/$number"
  if holds_clicks "$folder"; then
    exec 9>"$folder.lock"
    if flock --nonblock 9; then
      echo "delivering what is left in $folder"
      COLLECTOR_SPOOL_DIR="$folder" "$@" &
      collector=$!
      waited=0
      while [ "$waited" -lt "$SPOOL_DRAIN_SECONDS" ] && kill -0 "$collector" 2>/dev/null && holds_clicks "$folder"; do
        sleep 1
        waited=$((waited + 1))
      done
      # It may have ended by itself, which its own exit code says.
      kill -TERM "$collector" 2>/dev/null || true
      wait "$collector" || left=1
      if holds_clicks "$folder"; then
        echo "clicks are left in $folder" >&2
        left=1
      fi
    fi
    exec 9>&-
  fi
  number=$((number + 1))
done
exit "$left"
