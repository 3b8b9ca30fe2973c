-- A repo of a project, as its users' clients name it.
CREATE TABLE repos (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  project_id TEXT NOT NULL REFERENCES projects (id),
  name       TEXT NOT NULL CHECK (name <> ''),
  info       TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_repos_project_name ON repos (project_id, name);

-- Where a user's jobs clone a repo from, and as whom: sealed, the URL too, since it may hold a password.
CREATE TABLE repo_credentials (
  repo_id     TEXT NOT NULL REFERENCES repos (id),
  user_id     TEXT NOT NULL REFERENCES users (id),
  credentials TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (repo_id, user_id)
);
CREATE INDEX ix_repo_credentials_user ON repo_credentials (user_id);

-- Local changes of a repo that were uploaded, or a whole directory. The bytes are in the blob store.
CREATE TABLE repo_codes (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  repo_id    TEXT NOT NULL REFERENCES repos (id),
  hash       TEXT NOT NULL CHECK (length(hash) = 64 AND hash = lower(hash)),
  size       BIGINT NOT NULL CHECK (size >= 0),
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_repo_codes_repo_hash ON repo_codes (repo_id, hash);
CREATE INDEX ix_repo_codes_hash ON repo_codes (hash);
