ALTER TABLE jobs DROP COLUMN inactive_since;
