INSERT INTO tenants (id, slug, plan) VALUES (1, 'acme', 'free'), (2, 'globex', 'paid');
INSERT INTO accounts (id, tenant_id, email, role) VALUES (1, 1, 'a@example.org', 'admin'), (2, 1, 'b@example.org', 'editor'), (3, 2, 'a@example.org', 'admin');
INSERT INTO roles (id, name) VALUES (1, 'admin'), (2, 'editor');
INSERT INTO settings (account_id, key, value) VALUES (1, 'theme', 'dark'), (1, 'locale', 'de'), (2, 'theme', 'light'), (3, 'theme', 'dark');
INSERT INTO posts (id, account_id, title) VALUES (1, 1, 'One'), (2, 1, 'Two'), (3, 2, 'Three');
INSERT INTO comments (id, post_id, author_email) VALUES (1, 1, 'a@example.org'), (2, 1, 'b@example.org'), (3, 2, 'a@example.org');
