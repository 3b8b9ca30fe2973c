-- Volumes: directories on hosts that outlive the jobs that mount them, each of one user and one project.
--   fleet_id     the fleet that it is of, where its configuration names one
--   instance_id  the host that holds it; null before one was chosen, and where every host of its fleet does
--   directory    its path there
--   made_at      since when it is known to be there: from then on, one that is missing was lost
--   deleting_at  since when it is to be deleted; the row goes once its host has done so
CREATE TABLE volumes (
  id                TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  project_id        TEXT NOT NULL REFERENCES projects (id),
  user_id           TEXT NOT NULL REFERENCES users (id),
  name              TEXT NOT NULL CHECK (name <> ''),
  status            TEXT NOT NULL CHECK (status IN ('submitted', 'provisioning', 'active', 'failed')),
  status_message    TEXT,
  spec              TEXT NOT NULL,
  is_external       BOOLEAN NOT NULL CHECK (is_external IN (TRUE, FALSE)),
  fleet_id          TEXT REFERENCES fleets (id),
  instance_id       TEXT REFERENCES instances (id),
  directory         TEXT,
  made_at           BIGINT,
  used_bytes        BIGINT,
  free_bytes        BIGINT,
  measured_at       BIGINT,
  created_at        BIGINT NOT NULL,
  last_processed_at BIGINT NOT NULL,
  last_used_at      BIGINT,
  deleting_at       BIGINT,
  deleted_at        BIGINT
);
CREATE UNIQUE INDEX ux_volumes_project_name ON volumes (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_volumes_created ON volumes (created_at DESC, id);
CREATE INDEX ix_volumes_project ON volumes (project_id);
CREATE INDEX ix_volumes_user ON volumes (user_id);
CREATE INDEX ix_volumes_instance ON volumes (instance_id);
CREATE INDEX ix_volumes_fleet ON volumes (fleet_id);

-- Which volume a job was given for each of its mounts: written with its placement. It is in use while the job has not ended.
CREATE TABLE job_volumes (
  job_id    TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  mount_num INTEGER NOT NULL CHECK (mount_num >= 0),
  volume_id TEXT NOT NULL REFERENCES volumes (id),
  PRIMARY KEY (job_id, mount_num)
);
CREATE INDEX ix_job_volumes_volume ON job_volumes (volume_id);
