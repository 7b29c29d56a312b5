# Run by PostgreSQL's image when its volume is empty: a database of Liftwatch's own, whose owner may
# make roles (those by which Grafana reads) and nothing else of a server's administrator.
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/liftwatch_password)" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE liftwatch LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE liftwatch OWNER liftwatch;
REVOKE CONNECT ON DATABASE liftwatch FROM PUBLIC;
SQL
