# Makes Temporal's two databases in PostgreSQL, and brings their tables to what this release of the server wants. Runs in
# Temporal's admin-tools image before the server, at each start: what is there already is left as it is.
set -eu
: "${POSTGRES_SEEDS:?}" "${DB_PORT:?}" "${POSTGRES_USER:?}" "${SQL_PASSWORD:?}"
schema=/etc/temporal/schema/postgresql/v12
sql() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" "$@"
}
for database in temporal:temporal temporal_visibility:visibility; do
  name="${database%%:*}"
  sql --db "$name" create
  sql --db "$name" setup-schema --version 0.0
  sql --db "$name" update-schema --schema-dir "$schema/${database##*:}/versioned"
done
