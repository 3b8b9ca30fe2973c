ALTER TABLE volumes DROP COLUMN user_id;
