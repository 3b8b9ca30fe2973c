-- An uploaded archive, of one user. The bytes are in the blob store, once for all who have the same.
CREATE TABLE file_archives (
  id         TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  user_id    TEXT NOT NULL REFERENCES users (id),
  hash       TEXT NOT NULL CHECK (length(hash) = 64 AND hash = lower(hash)),
  size       BIGINT NOT NULL CHECK (size >= 0),
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX ux_file_archives_user_hash ON file_archives (user_id, hash);
CREATE INDEX ix_file_archives_hash ON file_archives (hash);
