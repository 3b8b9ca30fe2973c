CREATE TABLE event_targets (
  event_id    TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  target_type TEXT NOT NULL,
  target_id   TEXT NOT NULL,
  target_name TEXT NOT NULL,
  project_id  TEXT,
  run_id      TEXT,
  PRIMARY KEY (event_id, target_id)
);

CREATE INDEX ix_event_targets_project ON event_targets (project_id);

CREATE INDEX ix_event_targets_run ON event_targets (run_id);

CREATE INDEX ix_event_targets_target ON event_targets (target_id);

CREATE TABLE events (
  id            TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  message       TEXT NOT NULL,
  recorded_at   BIGINT NOT NULL,
  actor_user_id TEXT
);

CREATE INDEX ix_events_actor ON events (actor_user_id, recorded_at DESC);

CREATE INDEX ix_events_recorded ON events (recorded_at DESC, id);

CREATE TABLE file_archives (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  user_id    TEXT NOT NULL REFERENCES users (id),
  hash       TEXT NOT NULL CHECK (length(hash) = 64 AND hash = lower(hash)),
  size       BIGINT NOT NULL CHECK (size >= 0),
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);

CREATE INDEX ix_file_archives_hash ON file_archives (hash);

CREATE UNIQUE INDEX ux_file_archives_user_hash ON file_archives (user_id, hash);

CREATE TABLE fleets (
  id                TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  project_id        TEXT NOT NULL REFERENCES projects (id),
  name              TEXT NOT NULL CHECK (name <> ''),
  status            TEXT NOT NULL CHECK (status IN ('submitted', 'active', 'terminating', 'terminated', 'failed')),
  status_message    TEXT,
  spec              TEXT NOT NULL,
  created_at        BIGINT NOT NULL,
  last_processed_at BIGINT NOT NULL,
  deleted_at        BIGINT
);

CREATE INDEX ix_fleets_project ON fleets (project_id);

CREATE UNIQUE INDEX ux_fleets_project_name ON fleets (project_id, name) WHERE deleted_at IS NULL;

CREATE TABLE gantry_migrations (
  revision   INTEGER NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  checksum   TEXT NOT NULL,
  applied_at BIGINT NOT NULL
);

CREATE TABLE instances (
  id           TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  name         TEXT NOT NULL CHECK (name <> ''),
  agent_id     TEXT,
  embedded     BOOLEAN NOT NULL CHECK (embedded IN (TRUE, FALSE)),
  facts        TEXT,
  created_at   BIGINT NOT NULL,
  last_seen_at BIGINT,
  deleted_at   BIGINT
, project_id TEXT, fleet_id TEXT, instance_num INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'idle', status_message TEXT, blocks INTEGER NOT NULL DEFAULT 1, address TEXT, port INTEGER, login TEXT, keys TEXT, host_keys TEXT, boot_id TEXT, unreachable_since BIGINT, termination_reason TEXT, termination_message TEXT, finished_at BIGINT);

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
, gpus TEXT, inactive_since BIGINT, leased BOOLEAN NOT NULL DEFAULT FALSE);

CREATE INDEX ix_jobs_instance_status ON jobs (instance_id, status);

CREATE INDEX ix_jobs_status ON jobs (status);

CREATE UNIQUE INDEX ux_jobs_submission ON jobs (run_id, replica_num, job_num, submission_num);

CREATE TABLE members (
  project_id   TEXT NOT NULL REFERENCES projects (id),
  user_id      TEXT NOT NULL REFERENCES users (id),
  project_role TEXT NOT NULL CHECK (project_role IN ('admin', 'manager', 'user')),
  PRIMARY KEY (project_id, user_id)
);

CREATE INDEX ix_members_user ON members (user_id);

CREATE TABLE projects (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  name       TEXT NOT NULL CHECK (name <> ''),
  owner_id   TEXT NOT NULL REFERENCES users (id),
  is_public  BOOLEAN NOT NULL CHECK (is_public IN (TRUE, FALSE)),
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);

CREATE INDEX ix_projects_owner ON projects (owner_id);

CREATE UNIQUE INDEX ux_projects_name ON projects (name) WHERE deleted_at IS NULL;

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

CREATE INDEX ix_runs_project_submitted ON runs (project_id, submitted_at DESC, id);

CREATE INDEX ix_runs_status ON runs (status);

CREATE INDEX ix_runs_submitted ON runs (submitted_at DESC, id);

CREATE INDEX ix_runs_user ON runs (user_id);

CREATE INDEX ix_runs_wake ON runs (wake_at) WHERE wake_at IS NOT NULL;

CREATE UNIQUE INDEX ux_runs_project_name ON runs (project_id, name) WHERE deleted_at IS NULL;

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
