-- entry: not-null-without-default
-- dialect: both
-- errors: not-null-without-backfill
-- warnings: none
-- about: Alembic prints this for nullable=False without a server default: it fails as soon as there is one row.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN service_url TEXT NOT NULL;
-- fails: 23502

-- entry: not-null-with-default
-- dialect: both
-- errors: none
-- warnings: none
-- about: The right form: a constant default.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- entry: nullable-column
-- dialect: both
-- errors: none
-- warnings: none
-- about: The commonest migration of all.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN note TEXT;

-- entry: several-columns-at-once
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Several columns in one ALTER TABLE.
-- given: gpu
-- migration:
ALTER TABLE runs
    ADD COLUMN started_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN finished_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;

-- entry: not-null-on-a-new-table
-- dialect: both
-- errors: none
-- warnings: none
-- about: The table was made by the same migration: it has no rows.
-- given: gpu
-- migration:
CREATE TABLE gateways (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
ALTER TABLE gateways ADD COLUMN region TEXT NOT NULL DEFAULT '';

-- entry: not-null-without-default-on-a-new-table
-- dialect: both
-- errors: none
-- warnings: none
-- about: An empty table takes a NOT NULL column without a default.
-- given: gpu
-- migration:
CREATE TABLE gateways (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
ALTER TABLE gateways ADD COLUMN region TEXT NOT NULL;

-- entry: set-not-null-right-after-adding
-- dialect: postgres
-- errors: not-null-without-backfill
-- warnings: table-rewrite
-- about: Added without a value and at once made NOT NULL: nobody filled the old rows.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN region TEXT;
ALTER TABLE runs ALTER COLUMN region SET NOT NULL;
-- fails: 23502

-- entry: add-fill-set-not-null
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill, data-and-schema-in-one-step, table-rewrite
-- about: The classical three in one transaction: right, but the table is locked all the while.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN region TEXT;
UPDATE runs SET region = 'eu' WHERE region IS NULL;
ALTER TABLE runs ALTER COLUMN region SET NOT NULL;

-- entry: add-fill-set-not-null-in-steps
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: The same in Gantry's steps, with a validated check that makes SET NOT NULL free.
-- given: gpu
-- migration:
-- step: expand
ALTER TABLE runs ADD COLUMN region TEXT;
-- step: backfill table=runs key=id
UPDATE runs SET region = 'eu' WHERE region IS NULL;
-- step: expand
ALTER TABLE runs ADD CONSTRAINT runs_region_not_null CHECK (region IS NOT NULL) NOT VALID;
-- step: concurrent
ALTER TABLE runs VALIDATE CONSTRAINT runs_region_not_null;
-- step: expand
ALTER TABLE runs ALTER COLUMN region SET NOT NULL;
ALTER TABLE runs DROP CONSTRAINT runs_region_not_null;

-- entry: set-not-null-of-old-column
-- dialect: postgres
-- errors: none
-- warnings: not-null-without-backfill, table-rewrite
-- about: Nothing in sight fills the column; the program may have done it all along.
-- given: gpu
-- migration:
ALTER TABLE runs ALTER COLUMN priority SET NOT NULL;
-- fails: 23502

-- entry: set-not-null-after-deleting-the-rest
-- dialect: postgres
-- errors: none
-- warnings: data-and-schema-in-one-step, table-rewrite
-- about: Rows without a value are deleted first.
-- given: gpu
-- migration:
DELETE FROM runs WHERE priority IS NULL AND id NOT IN (SELECT run_id FROM jobs);
DELETE FROM jobs WHERE run_id IN (SELECT id FROM runs WHERE priority IS NULL);
DELETE FROM runs WHERE priority IS NULL;
ALTER TABLE runs ALTER COLUMN priority SET NOT NULL;

-- entry: drop-not-null
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Loosening is a change of the catalogue only.
-- given: gpu
-- migration:
ALTER TABLE runs ALTER COLUMN run_name DROP NOT NULL;

-- entry: set-default
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A default for rows to come.
-- given: gpu
-- migration:
ALTER TABLE runs ALTER COLUMN priority SET DEFAULT 0;

-- entry: volatile-default
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: Each row needs a value of its own, so that the whole table is written anew.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN token UUID NOT NULL DEFAULT gen_random_uuid();

-- entry: stable-default
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: now() is one value for all rows: since PostgreSQL 11 it is kept in the catalogue.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN created_at TIMESTAMPTZ NOT NULL DEFAULT now();

-- entry: constant-default-with-cast
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A constant with a cast is a constant.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN labels JSONB NOT NULL DEFAULT '{}'::jsonb, ADD COLUMN deadline TIMESTAMP DEFAULT CURRENT_TIMESTAMP;

-- entry: serial-column
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: serial is a volatile default.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN seq BIGSERIAL;

-- entry: identity-column
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: So is an identity column.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN seq BIGINT GENERATED ALWAYS AS IDENTITY;

-- entry: stored-generated-column
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: A stored generated column is computed for every row.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN search TEXT GENERATED ALWAYS AS (lower(run_name)) STORED;

-- entry: widen-to-bigint
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: int to bigint is another width on disk.
-- given: shop
-- migration:
ALTER TABLE order_items ALTER COLUMN quantity TYPE BIGINT;

-- entry: text-to-integer-using
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: A change of type with USING computes every row.
-- given: gpu
-- migration:
ALTER TABLE runs ALTER COLUMN priority TYPE TEXT USING priority::text;

-- entry: widen-varchar
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A longer limit is a change of the catalogue only.
-- given: none
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL, note CHARACTER VARYING(10), fee NUMERIC(8, 2));
-- migration:
ALTER TABLE people ALTER COLUMN name TYPE VARCHAR(200), ALTER COLUMN note TYPE TEXT, ALTER COLUMN fee TYPE NUMERIC(12, 2);

-- entry: narrow-varchar
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: A shorter limit has to look at every row.
-- given: none
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(200) NOT NULL);
-- migration:
ALTER TABLE people ALTER COLUMN name TYPE VARCHAR(50);

-- entry: check-without-not-valid
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: A check reads the whole table while nobody else can use it.
-- given: gpu
-- migration:
ALTER TABLE volumes ADD CONSTRAINT volumes_size_positive CHECK (size_gb > 0);

-- entry: check-not-valid-then-validate
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: The two halves, each in a transaction of its own.
-- given: gpu
-- migration:
-- step: expand
ALTER TABLE volumes ADD CONSTRAINT volumes_size_positive CHECK (size_gb > 0) NOT VALID;
-- step: concurrent
ALTER TABLE volumes VALIDATE CONSTRAINT volumes_size_positive;

-- entry: foreign-key-not-valid
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A foreign key over an indexed column, not validated yet.
-- given: shop
-- migration:
ALTER TABLE orders ADD CONSTRAINT orders_address_fk FOREIGN KEY (address_id) REFERENCES addresses (id) NOT VALID;

-- entry: foreign-key-validating
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite, foreign-key-without-index
-- about: As most tools print it: reads both tables under a lock; and jobs.project_id has no index.
-- given: gpu
-- migration:
ALTER TABLE jobs ADD CONSTRAINT jobs_project_fk FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE;

-- entry: foreign-key-in-new-table-without-index
-- dialect: both
-- errors: none
-- warnings: foreign-key-without-index
-- about: PostgreSQL and SQLite index the parent's key, not the child's column.
-- given: gpu
-- migration:
CREATE TABLE secrets (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id), name TEXT NOT NULL);

-- entry: foreign-key-in-new-table-with-index
-- dialect: both
-- errors: none
-- warnings: none
-- about: The index comes in the same migration.
-- given: gpu
-- migration:
CREATE TABLE secrets (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id), name TEXT NOT NULL);
CREATE INDEX ix_secrets_project_id ON secrets (project_id);

-- entry: foreign-key-covered-by-a-key
-- dialect: both
-- errors: none
-- warnings: none
-- about: The column leads a unique key.
-- given: gpu
-- migration:
CREATE TABLE secrets (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id), name TEXT NOT NULL, UNIQUE (project_id, name));

-- entry: foreign-key-second-in-a-key
-- dialect: both
-- errors: none
-- warnings: foreign-key-without-index
-- about: The column is the second of the key: no use for looking it up.
-- given: tenants
-- migration:
CREATE TABLE grants (account_id INTEGER NOT NULL REFERENCES accounts (id), role_id INTEGER NOT NULL REFERENCES roles (id), PRIMARY KEY (account_id, role_id));

-- entry: foreign-key-column-added
-- dialect: sqlite
-- errors: none
-- warnings: foreign-key-without-index
-- about: A column that refers, without an index.
-- given: gpu
-- migration:
ALTER TABLE volumes ADD COLUMN template_id TEXT REFERENCES volumes (id);

-- entry: foreign-key-column-added-with-index
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: The same with one.
-- given: gpu
-- migration:
ALTER TABLE volumes ADD COLUMN template_id TEXT REFERENCES volumes (id);
CREATE INDEX ix_volumes_template_id ON volumes (template_id);

-- entry: rename-column
-- dialect: both
-- errors: none
-- warnings: rename-or-drop-breaks-running-replicas
-- about: Replicas of the version before still ask for the old name.
-- given: gpu
-- migration:
ALTER TABLE runs RENAME COLUMN run_name TO name;

-- entry: rename-table
-- dialect: both
-- errors: none
-- warnings: rename-or-drop-breaks-running-replicas
-- about: The same for a table.
-- given: gpu
-- migration:
ALTER TABLE volumes RENAME TO disks;

-- entry: rename-table-keep-view
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A view under the old name keeps the old replicas alive.
-- given: gpu
-- migration:
ALTER TABLE volumes RENAME TO disks;
CREATE VIEW volumes AS SELECT * FROM disks;

-- entry: drop-column
-- dialect: both
-- errors: none
-- warnings: rename-or-drop-breaks-running-replicas
-- about: Dropped in the same release that stops using it.
-- given: gpu
-- migration:
ALTER TABLE runs DROP COLUMN priority;

-- entry: drop-column-contracted
-- dialect: both
-- errors: none
-- warnings: none
-- about: Dropped in a contract step that says which replicas may still run.
-- given: gpu
-- migration:
-- requires: 0001
-- step: contract
ALTER TABLE runs DROP COLUMN priority;

-- entry: drop-table
-- dialect: both
-- errors: none
-- warnings: rename-or-drop-breaks-running-replicas
-- about: A table that an old replica may still read.
-- given: gpu
-- migration:
DROP TABLE IF EXISTS jobs;

-- entry: drop-own-helper-table
-- dialect: both
-- errors: none
-- warnings: none
-- about: A table that the migration itself made to work with.
-- given: gpu
-- migration:
CREATE TABLE tmp_ids (id TEXT NOT NULL PRIMARY KEY);
INSERT INTO tmp_ids SELECT id FROM runs WHERE status = 'done';
DROP TABLE tmp_ids;

-- entry: drop-index
-- dialect: both
-- errors: none
-- warnings: none
-- about: No program names an index.
-- given: gpu
-- migration:
DROP INDEX ix_runs_user_id;

-- entry: enum-value
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A value more for an enumeration.
-- given: none
CREATE TYPE mood AS ENUM ('fine', 'bad');
-- migration:
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'great' BEFORE 'fine';

-- entry: comment-and-grant
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: What else stands in migrations.
-- given: gpu
-- migration:
COMMENT ON COLUMN runs.priority IS 'higher first; it''s optional';
GRANT SELECT ON runs TO PUBLIC;

-- entry: sequence-and-extension
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Sequences, and settings of the session.
-- given: none
-- migration:
SET LOCAL lock_timeout = '5s';
CREATE SEQUENCE IF NOT EXISTS ticket_seq START WITH 1000 INCREMENT BY 1;
SELECT setval('ticket_seq', 2000, true);

-- entry: sqlite-rebuild
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: SQLite's documented way to change a table: a new one, its rows, the old name.
-- given: gpu
-- migration:
CREATE TABLE new_jobs (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    project_id TEXT,
    job_num INTEGER NOT NULL,
    submission_num INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status <> ''),
    exit_status INTEGER,
    UNIQUE (run_id, job_num, submission_num)
);
INSERT INTO new_jobs SELECT id, run_id, project_id, job_num, submission_num, status, exit_status FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;

-- entry: sqlite-rebuild-loses-a-column
-- dialect: sqlite
-- errors: none
-- warnings: rename-or-drop-breaks-running-replicas
-- about: The same, but the new table has a column less.
-- given: gpu
-- migration:
CREATE TABLE new_jobs (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    project_id TEXT,
    job_num INTEGER NOT NULL,
    submission_num INTEGER NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (run_id, job_num, submission_num)
);
INSERT INTO new_jobs SELECT id, run_id, project_id, job_num, submission_num, status FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;

-- entry: initial-schema
-- dialect: both
-- errors: none
-- warnings: none
-- about: A first migration: tables, keys, indexes, all new.
-- given: none
-- migration:
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    email VARCHAR(255) NOT NULL,
    balance NUMERIC(12, 2) DEFAULT 0 CHECK (balance >= 0),
    parent_id INTEGER,
    CONSTRAINT uq_accounts_email UNIQUE (email),
    CONSTRAINT fk_accounts_parent FOREIGN KEY (parent_id) REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX ix_accounts_parent ON accounts (parent_id);
CREATE UNIQUE INDEX ux_accounts_lower_email ON accounts (lower(email)) WHERE parent_id IS NULL;
INSERT INTO accounts (id, email) VALUES (1, 'root@example.org');

-- entry: temporary-table
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A temporary table as a scratch pad.
-- given: gpu
-- migration:
CREATE TEMPORARY TABLE doomed AS SELECT id FROM runs WHERE deleted;
DELETE FROM jobs WHERE run_id IN (SELECT id FROM doomed);

-- entry: enum-replaced
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: An enumeration with fewer values: a new type, and the column moved over to it.
-- given: none
CREATE TYPE mood AS ENUM ('fine', 'bad', 'odd');
CREATE TABLE people (id INTEGER PRIMARY KEY, mood mood NOT NULL);
-- migration:
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('fine', 'bad');
ALTER TABLE people ALTER COLUMN mood TYPE mood USING (mood::text::mood);
DROP TYPE mood_old;
