DROP INDEX IF EXISTS ix_volumes_user;
ALTER TABLE volumes DROP COLUMN user_id;
