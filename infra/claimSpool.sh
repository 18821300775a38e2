# Runs a collector on a folder of the shared file system that no other task works in. Folders that hold clicks which were
# not delivered come first: so a task that is replaced hands its spool on.
#
# The lock is the file system's own, held for as long as the program runs, on whatever machine; the server gives it up when
# a machine is gone. The collector's lock in the folder knows the processes of one machine only.
set -eu
: "${SPOOL_ROOT:?}" "${SPOOL_FOLDERS:?}"
mkdir -p "$SPOOL_ROOT"
for wanted in undelivered any; do
  number=0
  while [ "$number" -lt "$SPOOL_FOLDERS" ]; do
    folder="$SPOOL_ROOT/$number"
    mkdir -p "$folder"
    if [ "$wanted" = any ] || [ -n "$(find "$folder" -name '*.ndjson' | head -n 1)" ]; then
      exec 9>"$folder.lock"
      if flock --nonblock 9; then
        echo "spool $folder"
        COLLECTOR_SPOOL_DIR="$folder"
        export COLLECTOR_SPOOL_DIR
        exec "$@"
      fi
      exec 9>&-
    fi
    number=$((number + 1))
  done
done
echo "all $SPOOL_FOLDERS folders below $SPOOL_ROOT are taken: raise the most tasks that the size allows" >&2
exit 1
