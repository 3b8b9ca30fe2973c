-- entry: index-blocks-writes
-- dialect: postgres
-- errors: none
-- warnings: blocking-index
-- about: CREATE INDEX holds up all writes until it is done.
-- given: gpu
-- migration:
CREATE INDEX ix_jobs_status ON jobs (status);

-- entry: index-concurrently-in-its-step
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: The right form, outside a transaction.
-- given: gpu
-- migration:
-- step: concurrent
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_jobs_status ON jobs (status);
-- not-run: CONCURRENTLY

-- entry: index-concurrently-in-a-transaction
-- dialect: postgres
-- errors: blocking-index
-- warnings: none
-- about: Within BEGIN and COMMIT PostgreSQL refuses it.
-- given: gpu
-- migration:
BEGIN;
CREATE INDEX CONCURRENTLY ix_jobs_status ON jobs (status);
COMMIT;
-- not-run: CONCURRENTLY

-- entry: index-concurrently-in-a-plain-file
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Alone in a file of a tool that does not wrap files into transactions.
-- given: gpu
-- migration:
CREATE UNIQUE INDEX CONCURRENTLY ux_jobs_key ON jobs (run_id, job_num, submission_num);
-- not-run: CONCURRENTLY

-- entry: index-concurrently-in-a-transaction-of-gantry
-- dialect: postgres
-- errors: blocking-index
-- warnings: none
-- about: Gantry's own layout runs it in the migration's transaction unless its step says otherwise.
-- given: gpu
-- migration:
CREATE INDEX CONCURRENTLY ix_jobs_status ON jobs (status);
-- down:
DROP INDEX ix_jobs_status;
-- not-run: CONCURRENTLY

-- entry: index-on-new-table
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A new table has no writers.
-- given: gpu
-- migration:
CREATE TABLE events (id TEXT NOT NULL PRIMARY KEY, at TIMESTAMPTZ NOT NULL, run_id TEXT);
CREATE INDEX ix_events_at ON events (at);

-- entry: index-on-sqlite
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: SQLite has no other way.
-- given: gpu
-- migration:
CREATE INDEX ix_jobs_status ON jobs (status);

-- entry: unique-constraint-builds-its-index
-- dialect: postgres
-- errors: none
-- warnings: blocking-index
-- about: ADD CONSTRAINT UNIQUE builds an index while even readers wait.
-- given: gpu
-- migration:
ALTER TABLE jobs ADD CONSTRAINT jobs_unique UNIQUE (run_id, submission_num, job_num);

-- entry: unique-constraint-using-index
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: The right form: the index was made concurrently before.
-- given: gpu
CREATE UNIQUE INDEX ux_jobs ON jobs (run_id, submission_num, job_num);
-- migration:
ALTER TABLE jobs ADD CONSTRAINT jobs_unique UNIQUE USING INDEX ux_jobs;

-- entry: primary-key-added
-- dialect: postgres
-- errors: none
-- warnings: blocking-index
-- about: A primary key on a table that had none.
-- given: none
CREATE TABLE log (id BIGINT NOT NULL, line TEXT);
-- migration:
ALTER TABLE log ADD PRIMARY KEY (id);

-- entry: reindex
-- dialect: postgres
-- errors: none
-- warnings: blocking-index
-- about: REINDEX without CONCURRENTLY.
-- given: gpu
-- migration:
REINDEX TABLE jobs;

-- entry: many-tables-altered
-- dialect: postgres
-- errors: none
-- warnings: many-tables-locked-in-one-transaction
-- about: A column for each of many tables, in one transaction.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN region TEXT;
ALTER TABLE jobs ADD COLUMN region TEXT;
ALTER TABLE volumes ADD COLUMN region TEXT;
ALTER TABLE projects ADD COLUMN region TEXT;

-- entry: two-tables-altered
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Two tables are not many.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN region TEXT;
ALTER TABLE jobs ADD COLUMN region TEXT;

-- entry: many-tables-one-transaction-each
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: The same with a transaction for each.
-- given: gpu
-- migration:
BEGIN;
ALTER TABLE runs ADD COLUMN region TEXT;
COMMIT;
BEGIN;
ALTER TABLE jobs ADD COLUMN region TEXT;
COMMIT;
BEGIN;
ALTER TABLE volumes ADD COLUMN region TEXT;
COMMIT;
BEGIN;
ALTER TABLE projects ADD COLUMN region TEXT;
COMMIT;
-- not-run: transactions of its own

-- entry: many-new-tables
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: New tables are locked by nobody else.
-- given: none
-- migration:
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (id INTEGER PRIMARY KEY);
CREATE TABLE c (id INTEGER PRIMARY KEY);
CREATE TABLE d (id INTEGER PRIMARY KEY);
ALTER TABLE a ADD COLUMN x INTEGER;
ALTER TABLE b ADD COLUMN x INTEGER;
ALTER TABLE c ADD COLUMN x INTEGER;
ALTER TABLE d ADD COLUMN x INTEGER;

-- entry: many-tables-on-sqlite
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: SQLite locks the whole file anyway, and only for the change of the catalogue.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN region TEXT;
ALTER TABLE jobs ADD COLUMN region TEXT;
ALTER TABLE volumes ADD COLUMN region TEXT;
ALTER TABLE projects ADD COLUMN region TEXT;

-- entry: vacuum-full
-- dialect: postgres
-- errors: none
-- warnings: table-rewrite
-- about: Writes the table anew under the strongest lock.
-- given: gpu
-- migration:
VACUUM FULL jobs;
-- not-run: outside a transaction only
