-- entry: trap-partial-unique-index-not-implied
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The unique index covers only default addresses, and the query asks for all.
-- given: shop
UPDATE addresses SET is_default = FALSE WHERE id = 4;
CREATE UNIQUE INDEX ux_addresses_default ON addresses (customer_id) WHERE is_default;
-- migration:
UPDATE orders SET address_id = (SELECT a.id FROM addresses a WHERE a.customer_id = orders.customer_id) WHERE address_id IS NULL;

-- entry: trap-plain-index-is-not-unique
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: An index over the column, but not a unique one.
-- given: shop
CREATE INDEX ix_products_name ON products (name);
-- migration:
UPDATE order_items SET unit_price = (SELECT p.price FROM products p WHERE p.name = 'Book') + line * 0 WHERE unit_price IS NULL;

-- entry: trap-is-not-distinct-from-nullable-key
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A unique column may hold many NULLs, and IS NOT DISTINCT FROM matches them all.
-- given: shop
ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);
INSERT INTO orders (id, customer_id, number) VALUES (4, 2, NULL);
ALTER TABLE customers ADD COLUMN last_order TEXT;
-- migration:
UPDATE customers SET country = (SELECT o.status FROM orders o WHERE o.number IS NOT DISTINCT FROM customers.last_order) WHERE country IS NULL;

-- entry: trap-is-matches-nulls
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The same in SQLite, where it is written IS.
-- given: shop
CREATE UNIQUE INDEX ux_orders_number ON orders (number);
INSERT INTO orders (id, customer_id, number) VALUES (4, 2, NULL);
ALTER TABLE customers ADD COLUMN last_order TEXT;
-- migration:
UPDATE customers SET country = (SELECT o.status FROM orders o WHERE o.number IS customers.last_order) WHERE country IS NULL;

-- entry: trap-set-returning-function
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The table is bound by its key, but the select list makes many rows of the one.
-- given: gpu
-- migration:
UPDATE volumes SET status = (SELECT unnest(ARRAY[p.name, p.backend]) FROM projects p WHERE p.id = volumes.project_id) WHERE status IS NULL;

-- entry: trap-set-returning-function-in-from
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A function in FROM returns as many rows as it likes.
-- given: gpu
-- migration:
UPDATE volumes SET status = (SELECT word FROM regexp_split_to_table(volumes.name || ' x', ' ') AS word) WHERE status IS NULL;

-- entry: trap-split-into-rows
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: generate_series without a table.
-- given: gpu
-- migration:
UPDATE runs SET priority = (SELECT generate_series(1, 3)) WHERE priority IS NULL;

-- entry: trap-inheritance-parent
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The primary key of a parent table says nothing of the rows in the tables that inherit from it.
-- given: gpu
CREATE TABLE archived_projects () INHERITS (projects);
INSERT INTO archived_projects (id, name, owner_id) VALUES ('p1', 'main', 'u2');
-- migration:
UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects p WHERE p.id = volumes.project_id) WHERE user_id IS NULL;

-- entry: right-inheritance-parent-only
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: ONLY leaves the inheriting tables out.
-- given: gpu
CREATE TABLE archived_projects () INHERITS (projects);
INSERT INTO archived_projects (id, name, owner_id) VALUES ('p1', 'main', 'u2');
-- migration:
UPDATE volumes SET user_id = (SELECT p.owner_id FROM ONLY projects p WHERE p.id = volumes.project_id) WHERE user_id IS NULL;

-- entry: trap-collation-of-the-other-side
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The left side of a comparison brings its collation: ignoring case, two names are one.
-- given: none
CREATE TABLE tags (name TEXT NOT NULL UNIQUE, label TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, tag TEXT COLLATE NOCASE, label TEXT);
INSERT INTO tags VALUES ('red', 'r'), ('Red', 'R');
INSERT INTO items VALUES (1, 'RED', NULL);
-- migration:
UPDATE items SET label = (SELECT t.label FROM tags t WHERE items.tag = t.name) WHERE label IS NULL;

-- entry: right-collation-of-the-key-side
-- dialect: sqlite
-- errors: none
-- warnings: unbatched-backfill
-- about: The same with the unique column on the left: its own collation holds, which is the key's.
-- given: none
CREATE TABLE tags (name TEXT NOT NULL UNIQUE, label TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, tag TEXT COLLATE NOCASE, label TEXT);
INSERT INTO tags VALUES ('red', 'r'), ('Red', 'R');
INSERT INTO items VALUES (1, 'RED', NULL);
-- migration:
UPDATE items SET label = (SELECT t.label FROM tags t WHERE t.name = items.tag) WHERE label IS NULL;

-- entry: trap-explicit-collation
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: COLLATE in the comparison is another equality than the key's.
-- given: tenants
INSERT INTO roles (id, name) VALUES (3, 'Admin');
-- migration:
UPDATE accounts SET role_id = (SELECT r.id FROM roles r WHERE r.name = accounts.role COLLATE NOCASE) WHERE role_id IS NULL;

-- entry: trap-lower-on-the-key
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: lower(name) is not unique because name is.
-- given: tenants
INSERT INTO roles (id, name) VALUES (3, 'Admin');
-- migration:
UPDATE accounts SET role_id = (SELECT r.id FROM roles r WHERE lower(r.name) = accounts.role) WHERE role_id IS NULL;

-- entry: right-unique-index-on-lower
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: Unique by expression, and the expression is what is compared.
-- given: tenants
CREATE UNIQUE INDEX ux_roles_lower_name ON roles (lower(name));
-- migration:
UPDATE accounts SET role_id = (SELECT r.id FROM roles r WHERE lower(r.name) = lower(accounts.role)) WHERE role_id IS NULL;

-- entry: trap-column-without-type
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A UNIQUE column without a type holds 1 and '1' side by side, and a number compares equal to both once affinity is applied.
-- given: none
CREATE TABLE codes (code UNIQUE, label TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, code INTEGER, label TEXT);
INSERT INTO codes VALUES (1, 'number'), ('1', 'text');
INSERT INTO items VALUES (1, 1, NULL);
-- migration:
UPDATE items SET label = (SELECT c.label FROM codes c WHERE c.code = items.code) WHERE label IS NULL;

-- entry: trap-volatile-constant
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: A "constant" that is another one for each row that it is compared with.
-- given: shop
-- migration:
UPDATE orders SET total = (SELECT p.price FROM products p WHERE p.id = 1 + floor(random() * 3)::int) WHERE total IS NULL;
-- not-run: it fails by chance only

-- entry: trap-deferrable-key
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A deferred unique constraint may be broken until the commit.
-- given: shop
CREATE TABLE ranks (customer_id INTEGER NOT NULL, place INTEGER NOT NULL, CONSTRAINT ranks_place UNIQUE (place) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO ranks VALUES (1, 1), (2, 1);
-- migration:
UPDATE orders SET number = (SELECT 'c' || r.customer_id FROM ranks r WHERE r.place = orders.customer_id) WHERE number IS NULL OR id = 1;

-- entry: trap-aggregate-of-the-outer-query
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: max(o.id) belongs to the outer query, so that the subquery has no aggregate of its own and a row for each address.
-- given: shop
-- migration:
CREATE TABLE summaries AS SELECT o.customer_id, (SELECT max(o.id) FROM addresses) AS newest FROM orders o GROUP BY o.customer_id;

-- entry: trap-lateral-join
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A LATERAL subquery is tied to the row, but not to one row.
-- given: shop
-- migration:
UPDATE customers SET country = (
    SELECT x.city FROM customers c, LATERAL (SELECT a.city FROM addresses a WHERE a.customer_id = c.id) x WHERE c.id = customers.id)
WHERE country IS NOT NULL;

-- entry: trap-full-join
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A FULL JOIN keeps every row of both sides, whatever its ON says.
-- given: shop
-- migration:
UPDATE products SET category_slug = (
    SELECT c.slug FROM categories c FULL JOIN categories parent ON parent.id = c.parent_id AND c.id = products.category_id)
WHERE category_slug IS NULL;

-- entry: trap-limit-zero-offset
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: OFFSET skips rows; it does not bound them.
-- given: tenants
INSERT INTO comments (id, post_id, body) VALUES (10, 1, 'third');
-- migration:
UPDATE posts SET body = (SELECT c.body FROM comments c WHERE c.post_id = posts.id ORDER BY c.id LIMIT 100 OFFSET 1) WHERE body IS NULL;

-- entry: trap-limit-negative
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: In SQLite a negative LIMIT is none.
-- given: tenants
-- migration:
UPDATE posts SET body = (SELECT c.body FROM comments c WHERE c.post_id = posts.id LIMIT -1) WHERE body IS NULL;

-- entry: trap-window-is-no-aggregate
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: max(…) OVER () is a window function: it keeps every row.
-- given: shop
-- migration:
UPDATE products SET price = (SELECT max(amount) OVER () FROM prices WHERE prices.product_id = products.id) WHERE price IS NOT NULL;

-- entry: trap-two-argument-max
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: In SQLite max of two arguments is no aggregate.
-- given: shop
-- migration:
UPDATE products SET price = (SELECT max(amount, 1) FROM prices WHERE prices.product_id = products.id) WHERE price IS NOT NULL;

-- entry: trap-key-compared-with-itself
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: Both sides are the inner table's own columns.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT projects.owner_id FROM projects WHERE projects.id = id) WHERE user_id IS NULL;

-- entry: trap-not-equal
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: Tied to the row by something that is no equality.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects p WHERE p.id <> volumes.project_id) WHERE user_id IS NULL;

-- entry: trap-in-list-on-key
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: IN with two keys is two rows.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE id IN ('p1', 'p2')) WHERE user_id IS NULL;

-- entry: right-in-list-of-one
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: IN with one key is that key.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE id IN ('p1')) WHERE user_id IS NULL;

-- entry: trap-like
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: LIKE matches more than it seems to.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT id FROM users WHERE name LIKE '%' AND email LIKE '%@example.org') WHERE user_id IS NULL;

-- entry: trap-view-has-no-key
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A view over a join: its id is the project's, once for each volume.
-- given: gpu
CREATE VIEW project_volumes AS SELECT p.id, p.owner_id FROM projects p JOIN volumes v ON v.project_id = p.id;
-- migration:
UPDATE runs SET user_id = (SELECT pv.owner_id FROM project_volumes pv WHERE pv.id = runs.project_id) WHERE user_id IS NULL;

-- entry: trap-key-dropped-before
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill, data-and-schema-in-one-step
-- about: The constraint that would prove it is dropped by the statement before.
-- given: shop
-- migration:
ALTER TABLE products DROP CONSTRAINT products_sku_key;
UPDATE order_items SET unit_price = (SELECT p.price FROM products p WHERE p.sku = 's1' AND order_items.line > 0) WHERE unit_price IS NULL;
-- not-run: it breaks only once there are two products of one sku

-- entry: trap-index-dropped-before
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The index that would prove it is dropped in between.
-- given: shop
CREATE UNIQUE INDEX ux_orders_number ON orders (number);
-- migration:
DROP INDEX ux_orders_number;
UPDATE order_items SET unit_price = (SELECT o.total FROM orders o WHERE o.number = 'o' || order_items.order_id) WHERE unit_price IS NULL;

-- entry: trap-index-over-more-columns
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: Unique together with the tenant, asked without it.
-- given: tenants
-- migration:
UPDATE comments SET account_id = (SELECT a.id FROM accounts a WHERE a.email = comments.author_email) WHERE account_id IS NULL;

-- entry: trap-recursive-cte
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A walk up the tree returns a row for each level.
-- given: shop
-- migration:
UPDATE categories SET path = (
    WITH RECURSIVE up(id, parent_id, slug) AS (
        SELECT c.id, c.parent_id, c.slug FROM categories c WHERE c.id = categories.id
        UNION ALL SELECT p.id, p.parent_id, p.slug FROM categories p JOIN up ON up.parent_id = p.id)
    SELECT slug FROM up)
WHERE path IS NULL;

-- entry: right-recursive-cte-folded
-- dialect: sqlite
-- errors: none
-- warnings: unbatched-backfill
-- about: The same walk, folded by an aggregate.
-- given: shop
-- migration:
UPDATE categories SET path = (
    WITH RECURSIVE up(id, parent_id, slug) AS (
        SELECT c.id, c.parent_id, c.slug FROM categories c WHERE c.id = categories.id
        UNION ALL SELECT p.id, p.parent_id, p.slug FROM categories p JOIN up ON up.parent_id = p.id)
    SELECT group_concat(slug, '/') FROM up)
WHERE path IS NULL;

-- entry: trap-values-of-two
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: VALUES with two rows.
-- given: gpu
-- migration:
UPDATE runs SET priority = (VALUES (1), (2)) WHERE priority IS NULL;

-- entry: trap-returning-subquery
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: A subquery in RETURNING is one in expression position like any other.
-- given: gpu
-- migration:
UPDATE volumes SET status = 'idle' WHERE id = 'v1' RETURNING (SELECT role FROM members WHERE members.project_id = volumes.project_id);

-- entry: trap-subquery-in-order-by
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: In ORDER BY of an INSERT … SELECT.
-- given: gpu
CREATE TABLE ranking (id TEXT);
-- migration:
INSERT INTO ranking SELECT p.id FROM projects p ORDER BY (SELECT v.size_gb FROM volumes v WHERE v.project_id = p.id);

-- entry: trap-subquery-in-function-argument
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: As an argument of a function.
-- given: gpu
-- migration:
UPDATE projects SET backend = upper((SELECT role FROM members WHERE members.project_id = projects.id));

-- entry: trap-merge
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: In an arm of MERGE.
-- given: gpu
-- migration:
MERGE INTO volumes v USING projects p ON p.id = v.project_id
WHEN MATCHED AND v.user_id IS NULL THEN UPDATE SET user_id = (SELECT m.user_id FROM members m WHERE m.project_id = p.id);

-- entry: trap-view-definition
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: A view that will fail when it is read.
-- given: gpu
-- migration:
CREATE VIEW project_roles AS SELECT p.id, (SELECT m.role FROM members m WHERE m.project_id = p.id) AS role FROM projects p;
-- then:
SELECT * FROM project_roles;
