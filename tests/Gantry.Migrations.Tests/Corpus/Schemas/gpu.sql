CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    email TEXT,
    global_role TEXT NOT NULL DEFAULT 'user'
);
CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL REFERENCES users (id),
    backend TEXT
);
CREATE INDEX ix_projects_owner_id ON projects (owner_id);
CREATE TABLE members (
    project_id TEXT NOT NULL REFERENCES projects (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX ix_members_user_id ON members (user_id);
CREATE TABLE volumes (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    user_id TEXT REFERENCES users (id),
    size_gb INTEGER NOT NULL DEFAULT 100,
    status TEXT,
    UNIQUE (project_id, name)
);
CREATE INDEX ix_volumes_user_id ON volumes (user_id);
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    user_id TEXT REFERENCES users (id),
    run_name TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER,
    deleted BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX ix_runs_project_id ON runs (project_id);
CREATE INDEX ix_runs_user_id ON runs (user_id);
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    project_id TEXT,
    job_num INTEGER NOT NULL,
    submission_num INTEGER NOT NULL,
    status TEXT NOT NULL,
    exit_status INTEGER,
    UNIQUE (run_id, job_num, submission_num)
);
