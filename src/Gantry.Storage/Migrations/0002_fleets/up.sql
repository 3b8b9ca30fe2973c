-- Fleets of hosts that are reached by SSH, and what the server knows of each host.
--   keys        what the host is logged in with, sealed (AES-256-GCM): never in the clear
--   host_keys   the host's own public keys as OpenSSH's known_hosts, pinned at the first contact

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
CREATE UNIQUE INDEX ux_fleets_project_name ON fleets (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_fleets_project ON fleets (project_id);

ALTER TABLE instances ADD COLUMN project_id TEXT;
ALTER TABLE instances ADD COLUMN fleet_id TEXT;
ALTER TABLE instances ADD COLUMN instance_num INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN status TEXT NOT NULL DEFAULT 'idle';
ALTER TABLE instances ADD COLUMN status_message TEXT;
ALTER TABLE instances ADD COLUMN blocks INTEGER NOT NULL DEFAULT 1;
ALTER TABLE instances ADD COLUMN address TEXT;
ALTER TABLE instances ADD COLUMN port INTEGER;
ALTER TABLE instances ADD COLUMN login TEXT;
ALTER TABLE instances ADD COLUMN keys TEXT;
ALTER TABLE instances ADD COLUMN host_keys TEXT;
ALTER TABLE instances ADD COLUMN boot_id TEXT;
ALTER TABLE instances ADD COLUMN unreachable_since BIGINT;
ALTER TABLE instances ADD COLUMN termination_reason TEXT;
ALTER TABLE instances ADD COLUMN termination_message TEXT;
ALTER TABLE instances ADD COLUMN finished_at BIGINT;

-- Two projects may have a fleet of one name, and so instances of one name. That a fleet has no instance twice is the server's to see to: an index
-- and checks on a table in use would hold up its writers, and instances are too few for an index to be of use in reading them.
DROP INDEX ux_instances_name;
