#!/bin/sh
# Make the databases of the services named in SERVICES. The image of PostgreSQL runs this when its data folder is new.
set -eu

for service in $SERVICES; do
    variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
    eval "DATABASE_PASSWORD=\$$variable"
    SERVICE=$service DATABASE_PASSWORD=$DATABASE_PASSWORD \
        psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file "${DATABASE_SQL:-/sql/database.sql}"
done
