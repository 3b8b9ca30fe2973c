-- Each volume gets an owner: its project's. This is the statement of the incident, as it was released.
ALTER TABLE volumes ADD COLUMN user_id TEXT REFERENCES users (id);

UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)
WHERE user_id IS NULL;
