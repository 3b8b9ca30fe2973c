-- Each volume gets an owner: its own project's.
-- step: expand
ALTER TABLE volumes ADD COLUMN user_id TEXT REFERENCES users (id);

-- step: backfill table=volumes key=id batch=1000
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id)
WHERE user_id IS NULL;

-- step: verify none
SELECT id FROM volumes WHERE user_id IS NULL;

-- step: concurrent     (filled first, then indexed: an index that grows while every row changes costs more)
CREATE INDEX CONCURRENTLY ix_volumes_user ON volumes (user_id);
