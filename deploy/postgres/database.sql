-- A database and the role that owns it, for one service: whoever is not that role (or a superuser) does not get in.
-- Run by psql as a superuser, once for each service, with SERVICE and DATABASE_PASSWORD in the environment:
--   SERVICE=plans psql -f deploy/postgres/database.sql

\set ON_ERROR_STOP on
\getenv service SERVICE
\getenv password DATABASE_PASSWORD

CREATE ROLE :"service" LOGIN PASSWORD :'password'
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
-- No collation of a language: all databases sort alike, wherever they run.
CREATE DATABASE :"service" OWNER :"service" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
-- Everybody may connect to a new database unless told otherwise.
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
