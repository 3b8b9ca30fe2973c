CREATE TABLE tenants (
    id INTEGER NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    plan TEXT
);
CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    role TEXT,
    role_id INTEGER,
    last_seen TIMESTAMP,
    UNIQUE (tenant_id, email)
);
CREATE TABLE roles (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE settings (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (account_id, key)
);
CREATE TABLE posts (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    body TEXT,
    slug TEXT,
    comment_count INTEGER,
    published BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX ix_posts_account_id ON posts (account_id);
CREATE TABLE comments (
    id INTEGER NOT NULL PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES posts (id),
    author_email TEXT,
    account_id INTEGER,
    body TEXT
);
CREATE INDEX ix_comments_post_id ON comments (post_id);
