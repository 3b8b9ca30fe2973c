-- The devices that a job was given on its instance, as JSON: what no other job may be given while it is there.
ALTER TABLE jobs ADD COLUMN gpus TEXT;
