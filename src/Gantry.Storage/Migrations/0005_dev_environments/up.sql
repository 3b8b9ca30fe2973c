-- Since when nobody is attached to a dev environment that runs: from there its inactivity_duration counts.
ALTER TABLE jobs ADD COLUMN inactive_since BIGINT;
