-- Gantry's first schema. Portable: SQLite and PostgreSQL take the same text.
--   ids         UUIDs as lower-case text, 36 characters
--   times       microseconds since 1970-01-01T00:00:00Z, UTC
--   text        compared bytewise (on PostgreSQL the database has collation "C")
--   documents   JSON as text, written and read whole

CREATE TABLE settings (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE users (
  id          TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  name        TEXT NOT NULL CHECK (name <> ''),
  token_hash  TEXT NOT NULL CHECK (length(token_hash) = 64 AND token_hash = lower(token_hash)),
  global_role TEXT NOT NULL CHECK (global_role IN ('admin', 'user')),
  email       TEXT,
  active      BOOLEAN NOT NULL CHECK (active IN (TRUE, FALSE)),
  created_at  BIGINT NOT NULL,
  deleted_at  BIGINT
);
CREATE UNIQUE INDEX ux_users_name ON users (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX ux_users_token_hash ON users (token_hash) WHERE deleted_at IS NULL;

CREATE TABLE projects (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  name       TEXT NOT NULL CHECK (name <> ''),
  owner_id   TEXT NOT NULL REFERENCES users (id),
  is_public  BOOLEAN NOT NULL CHECK (is_public IN (TRUE, FALSE)),
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE UNIQUE INDEX ux_projects_name ON projects (name) WHERE deleted_at IS NULL;
CREATE INDEX ix_projects_owner ON projects (owner_id);

CREATE TABLE members (
  project_id   TEXT NOT NULL REFERENCES projects (id),
  user_id      TEXT NOT NULL REFERENCES users (id),
  project_role TEXT NOT NULL CHECK (project_role IN ('admin', 'manager', 'user')),
  PRIMARY KEY (project_id, user_id)
);
CREATE INDEX ix_members_user ON members (user_id);

CREATE TABLE instances (
  id           TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  name         TEXT NOT NULL CHECK (name <> ''),
  agent_id     TEXT,
  embedded     BOOLEAN NOT NULL CHECK (embedded IN (TRUE, FALSE)),
  facts        TEXT,
  created_at   BIGINT NOT NULL,
  last_seen_at BIGINT,
  deleted_at   BIGINT
);
CREATE UNIQUE INDEX ux_instances_name ON instances (name) WHERE deleted_at IS NULL;

CREATE TABLE runs (
  id                 TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  project_id         TEXT NOT NULL REFERENCES projects (id),
  user_id            TEXT NOT NULL REFERENCES users (id),
  name               TEXT NOT NULL CHECK (name <> ''),
  status             TEXT NOT NULL CHECK (status IN
                       ('pending', 'submitted', 'provisioning', 'running', 'terminating', 'terminated', 'failed', 'done')),
  termination_reason TEXT,
  error              TEXT,
  submitted_at       BIGINT NOT NULL,
  last_processed_at  BIGINT NOT NULL,
  priority           INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 100),
  spec               TEXT NOT NULL,
  next_triggered_at  BIGINT,
  wake_at            BIGINT,
  waiting_for        TEXT,
  deleted_at         BIGINT,
  version            INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX ux_runs_project_name ON runs (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_runs_project_submitted ON runs (project_id, submitted_at DESC, id);
CREATE INDEX ix_runs_submitted ON runs (submitted_at DESC, id);
CREATE INDEX ix_runs_status ON runs (status);
CREATE INDEX ix_runs_wake ON runs (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX ix_runs_user ON runs (user_id);

-- One row for each submission of a job. Its id is what agents and logs know it by.
CREATE TABLE jobs (
  id                   TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  run_id               TEXT NOT NULL REFERENCES runs (id),
  replica_num          INTEGER NOT NULL CHECK (replica_num >= 0),
  job_num              INTEGER NOT NULL CHECK (job_num >= 0),
  submission_num       INTEGER NOT NULL CHECK (submission_num >= 0),
  status               TEXT NOT NULL CHECK (status IN
                         ('submitted', 'provisioning', 'pulling', 'running', 'terminating', 'terminated', 'aborted', 'failed', 'done')),
  termination_reason   TEXT,
  termination_message  TEXT,
  exit_status          INTEGER,
  signal               INTEGER,
  submitted_at         BIGINT NOT NULL,
  started_at           BIGINT,
  finished_at          BIGINT,
  last_processed_at    BIGINT NOT NULL,
  instance_id          TEXT REFERENCES instances (id),
  spec                 TEXT NOT NULL,
  observed             TEXT,
  observed_error       TEXT,
  observed_exit_status INTEGER,
  cpu_micros           BIGINT NOT NULL DEFAULT 0,
  memory_bytes         BIGINT NOT NULL DEFAULT 0,
  peak_memory_bytes    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX ux_jobs_submission ON jobs (run_id, replica_num, job_num, submission_num);
CREATE INDEX ix_jobs_instance_status ON jobs (instance_id, status);
CREATE INDEX ix_jobs_status ON jobs (status);

-- An event outlives what it is about and who did it: no foreign keys to them.
CREATE TABLE events (
  id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  message       TEXT NOT NULL,
  recorded_at   BIGINT NOT NULL,
  actor_user_id TEXT
);
CREATE INDEX ix_events_recorded ON events (recorded_at DESC, id);
CREATE INDEX ix_events_actor ON events (actor_user_id, recorded_at DESC);

CREATE TABLE event_targets (
  event_id    TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  target_type TEXT NOT NULL,
  target_id   TEXT NOT NULL,
  target_name TEXT NOT NULL,
  project_id  TEXT,
  run_id      TEXT,
  PRIMARY KEY (event_id, target_id)
);
CREATE INDEX ix_event_targets_target ON event_targets (target_id);
CREATE INDEX ix_event_targets_project ON event_targets (project_id);
CREATE INDEX ix_event_targets_run ON event_targets (run_id);
