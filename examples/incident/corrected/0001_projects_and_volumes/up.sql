CREATE TABLE users (
  id   TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE projects (
  id       TEXT NOT NULL PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL REFERENCES users (id)
);
CREATE INDEX ix_projects_owner ON projects (owner_id);

CREATE TABLE volumes (
  id         TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  project_id TEXT NOT NULL REFERENCES projects (id)
);
CREATE INDEX ix_volumes_project ON volumes (project_id);
