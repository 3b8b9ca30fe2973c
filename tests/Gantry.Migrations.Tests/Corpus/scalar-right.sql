-- entry: right-correlated-by-parent-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The correct form of the incident: each volume asks for its own project.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id) WHERE user_id IS NULL;

-- entry: right-self-join-by-own-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The other correct form: the inner volumes has a name of its own and is tied to the row by its primary key.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    SELECT p.owner_id FROM projects p JOIN volumes v2 ON p.id = v2.project_id WHERE v2.id = volumes.id)
WHERE user_id IS NULL;

-- entry: right-aliased-target
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The target has an alias and the inner table keeps its name.
-- given: gpu
-- migration:
UPDATE volumes AS v SET user_id = (
    SELECT projects.owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id WHERE volumes.id = v.id)
WHERE v.user_id IS NULL;

-- entry: right-backfill-step
-- dialect: both
-- errors: none
-- warnings: none
-- about: The correct form as a backfill of Gantry's own layout.
-- given: gpu
-- migration:
-- step: backfill table=volumes key=id batch=1000
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id) WHERE user_id IS NULL;

-- entry: right-max
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: An aggregate without GROUP BY is one row.
-- given: shop
-- migration:
UPDATE products SET price = (SELECT max(amount) FROM prices WHERE prices.product_id = products.id) WHERE price IS NULL;

-- entry: right-count-cache
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: Counter caches are filled like this.
-- given: tenants
-- migration:
UPDATE posts SET comment_count = (SELECT count(*) FROM comments WHERE comments.post_id = posts.id);

-- entry: right-sum-with-coalesce
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Totals of orders from their items.
-- given: shop
-- migration:
UPDATE orders SET total = COALESCE((SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = orders.id), 0)
WHERE total IS NULL;

-- entry: right-limit-one-correlated
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The newest price of each product.
-- given: shop
-- migration:
UPDATE products SET price = (
    SELECT amount FROM prices WHERE prices.product_id = products.id ORDER BY valid_from DESC LIMIT 1)
WHERE price IS NULL;

-- entry: right-fetch-first-row-only
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: The standard's way to say LIMIT 1.
-- given: shop
-- migration:
UPDATE orders SET address_id = (
    SELECT a.id FROM addresses a WHERE a.customer_id = orders.customer_id ORDER BY a.is_default DESC, a.id FETCH FIRST ROW ONLY)
WHERE address_id IS NULL;

-- entry: right-composite-key-fully-bound
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Both columns of the key are bound, one by the row, one by a constant.
-- given: tenants
-- migration:
UPDATE accounts SET role = (SELECT value FROM settings WHERE settings.account_id = accounts.id AND settings.key = 'role')
WHERE role IS NULL;

-- entry: right-composite-unique
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Bound through a unique constraint of two columns, one of them through a join.
-- given: tenants
-- migration:
UPDATE comments SET account_id = (
    SELECT a.id FROM accounts a JOIN accounts author ON author.tenant_id = a.tenant_id JOIN posts p ON p.account_id = author.id
    WHERE p.id = comments.post_id AND a.email = comments.author_email)
WHERE account_id IS NULL;

-- entry: right-unique-name-of-a-constant
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A lookup of one known row by its unique name: the same value for all is what is meant.
-- given: tenants
-- migration:
UPDATE accounts SET role_id = (SELECT id FROM roles WHERE name = 'admin') WHERE role = 'admin';

-- entry: right-lookup-by-unique-text
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: Text replaced by the key of a table of names.
-- given: tenants
-- migration:
UPDATE accounts SET role_id = (SELECT r.id FROM roles r WHERE r.name = accounts.role);

-- entry: right-insert-seed-with-lookups
-- dialect: both
-- errors: none
-- warnings: none
-- about: Seeds look up their parents by unique names.
-- given: gpu
-- migration:
INSERT INTO members (project_id, user_id, role)
VALUES ((SELECT id FROM projects WHERE name = 'main'), (SELECT id FROM users WHERE name = 'cy'), 'user');

-- entry: right-insert-select-column
-- dialect: both
-- errors: none
-- warnings: none
-- about: A column of INSERT … SELECT, correlated with the row that is selected.
-- given: gpu
CREATE TABLE volume_owners (volume_id TEXT NOT NULL PRIMARY KEY, user_id TEXT);
-- migration:
INSERT INTO volume_owners (volume_id, user_id)
SELECT v.id, (SELECT p.owner_id FROM projects p WHERE p.id = v.project_id) FROM volumes v;

-- entry: right-upsert-set
-- dialect: both
-- errors: none
-- warnings: none
-- about: The SET of an upsert, tied to the row that was to be inserted.
-- given: gpu
-- migration:
INSERT INTO volumes (id, name, project_id) VALUES ('v1', 'data', 'p1')
ON CONFLICT (id) DO UPDATE SET user_id = (SELECT owner_id FROM projects WHERE projects.id = excluded.project_id);

-- entry: right-sqlite-trigger
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: A trigger that fills one row by its key.
-- given: gpu
-- migration:
CREATE TRIGGER volumes_owner AFTER INSERT ON volumes WHEN NEW.user_id IS NULL
BEGIN
    UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = NEW.project_id) WHERE id = NEW.id;
END;
-- then:
INSERT INTO volumes (id, name, project_id) VALUES ('v9', 'nine', 'p1');

-- entry: right-plpgsql-trigger
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A trigger's function that fills the new row.
-- given: gpu
-- migration:
CREATE FUNCTION fill_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id IS NULL THEN
        NEW.user_id := (SELECT owner_id FROM projects WHERE projects.id = NEW.project_id);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER volumes_owner BEFORE INSERT ON volumes FOR EACH ROW EXECUTE FUNCTION fill_owner();
-- then:
INSERT INTO volumes (id, name, project_id) VALUES ('v9', 'nine', 'p1');

-- entry: right-do-block
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: The correct form in a DO block.
-- given: gpu
-- migration:
DO $$
BEGIN
    UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id) WHERE user_id IS NULL;
END
$$;

-- entry: right-cte-bound-by-its-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A common table expression over one table keeps that table's key.
-- given: gpu
-- migration:
WITH owners AS (SELECT id AS project_id, owner_id FROM projects)
UPDATE volumes SET user_id = (SELECT owner_id FROM owners WHERE owners.project_id = volumes.project_id) WHERE user_id IS NULL;

-- entry: right-cte-grouped
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Grouped by what it is bound by: one row for each.
-- given: shop
-- migration:
WITH sums AS (SELECT order_id, sum(quantity) AS pieces FROM order_items GROUP BY order_id)
UPDATE orders SET total = (SELECT pieces FROM sums WHERE sums.order_id = orders.id) WHERE total IS NULL;

-- entry: right-join-to-parents
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Joins that only follow keys upwards add no rows.
-- given: shop
-- migration:
UPDATE products SET category_slug = (
    SELECT parent.slug FROM categories c JOIN categories parent ON parent.id = c.parent_id WHERE c.id = products.category_id)
WHERE category_slug IS NULL;

-- entry: right-left-join-to-parent
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A LEFT JOIN to a parent by its key adds no rows.
-- given: shop
-- migration:
UPDATE products SET category_slug = (
    SELECT COALESCE(parent.slug, c.slug) FROM categories c LEFT JOIN categories parent ON parent.id = c.parent_id WHERE c.id = products.category_id)
WHERE category_slug IS NULL;

-- entry: right-in-instead-of-equals
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: IN takes any number of rows.
-- given: gpu
-- migration:
UPDATE volumes SET status = 'idle' WHERE project_id IN (SELECT id FROM projects WHERE backend = 'aws');

-- entry: right-exists
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: EXISTS takes any number of rows.
-- given: gpu
-- migration:
UPDATE runs SET deleted = TRUE WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.run_id = runs.id);

-- entry: right-set-to-exists
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: A flag from EXISTS.
-- given: tenants
-- migration:
UPDATE posts SET published = EXISTS (SELECT 1 FROM comments WHERE comments.post_id = posts.id);

-- entry: right-array-of-many
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: ARRAY(…) takes any number of rows.
-- given: gpu
ALTER TABLE users ADD COLUMN project_ids TEXT[];
-- migration:
-- step: backfill table=users key=id
UPDATE users SET project_ids = ARRAY(SELECT m.project_id FROM members m WHERE m.user_id = users.id) WHERE project_ids IS NULL;

-- entry: right-aggregated-json
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Rows folded into one document.
-- given: tenants
ALTER TABLE accounts ADD COLUMN preferences JSONB;
-- migration:
-- step: backfill table=accounts key=id
UPDATE accounts SET preferences = (SELECT jsonb_object_agg(s.key, s.value) FROM settings s WHERE s.account_id = accounts.id) WHERE preferences IS NULL;

-- entry: right-group-concat
-- dialect: sqlite
-- errors: none
-- warnings: unbatched-backfill
-- about: SQLite's way to fold rows into one text.
-- given: tenants
-- migration:
UPDATE posts SET body = (SELECT group_concat(body, ' ') FROM comments WHERE comments.post_id = posts.id) WHERE body IS NULL;

-- entry: right-row-assignment
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: Two columns from the row's own parent.
-- given: gpu
-- migration:
UPDATE volumes SET (user_id, status) = (SELECT p.owner_id, p.backend FROM projects p WHERE p.id = volumes.project_id) WHERE user_id IS NULL;

-- entry: right-coalesce-two-lookups
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: First the run's own user, else the project's owner.
-- given: gpu
-- migration:
UPDATE jobs SET project_id = COALESCE(
    (SELECT r.project_id FROM runs r WHERE r.id = jobs.run_id),
    (SELECT p.id FROM projects p WHERE p.name = 'main'))
WHERE project_id IS NULL;

-- entry: right-key-bound-through-chain
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The key of the last table is bound by a column of the one before, whose key the row binds.
-- given: gpu
-- migration:
UPDATE jobs SET project_id = (
    SELECT p.id FROM runs r, projects p WHERE r.id = jobs.run_id AND p.id = r.project_id)
WHERE project_id IS NULL;

-- entry: right-using
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: JOIN … USING over the whole key.
-- given: shop
CREATE TABLE order_notes (order_id INTEGER NOT NULL, line INTEGER NOT NULL, note TEXT, PRIMARY KEY (order_id, line));
-- migration:
UPDATE order_items SET unit_price = (
    SELECT length(n.note) FROM order_items i JOIN order_notes n USING (order_id, line)
    WHERE i.order_id = order_items.order_id AND i.line = order_items.line)
WHERE unit_price IS NULL;

-- entry: right-subquery-without-from
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: A subquery without FROM is one row; this one depends on the row.
-- given: shop
-- migration:
UPDATE orders SET number = (SELECT 'o-' || orders.id) WHERE number IS NULL;

-- entry: right-one-row-by-key
-- dialect: both
-- errors: none
-- warnings: none
-- about: One row is repaired by its key, with the newest of another table.
-- given: shop
-- migration:
UPDATE orders SET customer_id = (SELECT max(id) FROM customers) WHERE id = 3;

-- entry: right-limit-one-without-order
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Any of the row's own children will do.
-- given: shop
-- migration:
UPDATE orders SET address_id = (SELECT id FROM addresses WHERE addresses.customer_id = orders.customer_id LIMIT 1) WHERE address_id IS NULL;

-- entry: right-partial-unique-index-implied
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A partial unique index counts where its predicate is among the conditions.
-- given: shop
UPDATE addresses SET is_default = FALSE WHERE id = 4;
CREATE UNIQUE INDEX ux_addresses_default ON addresses (customer_id) WHERE is_default;
-- migration:
UPDATE orders SET address_id = (SELECT a.id FROM addresses a WHERE a.customer_id = orders.customer_id AND a.is_default) WHERE address_id IS NULL;

-- entry: right-unique-index-made-before
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The key comes from an index that an earlier migration made.
-- given: shop
CREATE UNIQUE INDEX ux_orders_number ON orders (number);
-- migration:
UPDATE order_items SET unit_price = (SELECT o.total FROM orders o WHERE o.number = 'o' || order_items.line) WHERE unit_price IS NULL;

-- entry: right-key-made-in-the-same-migration
-- dialect: sqlite
-- errors: none
-- warnings: unbatched-backfill
-- about: The schema advances statement by statement: the key exists when the UPDATE runs.
-- given: shop
-- migration:
CREATE TABLE labels (product_id INTEGER NOT NULL, lang TEXT NOT NULL, label TEXT);
CREATE UNIQUE INDEX ux_labels ON labels (product_id, lang);
UPDATE products SET name = (SELECT label FROM labels WHERE labels.product_id = products.id AND labels.lang = 'en')
WHERE id IN (SELECT product_id FROM labels);

-- entry: right-values-lookup
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: CASE instead of a table: no subquery at all.
-- given: gpu
-- migration:
UPDATE runs SET priority = CASE status WHEN 'running' THEN 2 WHEN 'done' THEN 0 ELSE 1 END WHERE priority IS NULL;

-- entry: right-aggregate-over-join
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: However many rows the joins bring, an aggregate folds them.
-- given: shop
-- migration:
UPDATE customers SET country = (
    SELECT max(a.city) FROM addresses a JOIN orders o ON o.address_id = a.id WHERE o.customer_id = customers.id)
WHERE country IS NULL;

-- entry: right-scalar-in-default-check
-- dialect: both
-- errors: none
-- warnings: none
-- about: A verify step: a query that must return nothing.
-- given: gpu
-- migration:
-- step: verify none
SELECT id FROM volumes WHERE user_id IS NULL AND project_id NOT IN (SELECT id FROM projects);

-- entry: right-cte-of-one-inserted-row
-- dialect: postgres
-- errors: none
-- warnings: uncorrelated-update, unbatched-backfill
-- about: A parent is inserted, and all rows are put under it: INSERT of one row of VALUES returns one.
-- given: tenants
-- migration:
WITH made AS (INSERT INTO roles (id, name) VALUES (100, 'everybody') RETURNING id)
UPDATE accounts SET role_id = (SELECT id FROM made) WHERE role_id IS NULL;

-- entry: trap-cte-of-many-inserted-rows
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same with two rows inserted.
-- given: tenants
-- migration:
WITH made AS (INSERT INTO roles (id, name) VALUES (100, 'everybody'), (101, 'nobody') RETURNING id)
UPDATE accounts SET role_id = (SELECT id FROM made) WHERE role_id IS NULL;

-- entry: right-count-in-a-condition-of-a-block
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A block that asks the catalogue first, as scripts that may run twice do.
-- given: gpu
-- migration:
DO $$
BEGIN
    IF (SELECT count(*) FROM information_schema.columns
        WHERE table_name = 'runs' AND column_name = 'priority' AND (column_default IS NULL OR column_default != '''0''::integer')) = 1 THEN
        ALTER TABLE runs ALTER COLUMN priority SET DEFAULT '0'::integer;
    END IF;
END$$;

-- entry: right-function-made-called-and-dropped
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A loop that tools without procedural code hide in a function.
-- given: tenants
-- migration:
CREATE OR REPLACE FUNCTION merge_roles() RETURNS VOID AS
$$
DECLARE
    doubled RECORD;
    other   BIGINT;
BEGIN
    FOR doubled IN SELECT min(id) AS first, lower(name) AS folded FROM roles GROUP BY lower(name) HAVING array_length(array_agg(id), 1) > 1
        LOOP
            FOR other IN SELECT id FROM roles WHERE lower(name) = doubled.folded AND id != doubled.first
                LOOP
                    UPDATE accounts SET role_id = doubled.first WHERE role_id = other;
                    DELETE FROM roles WHERE id = other;
                END LOOP;
        END LOOP;
END;
$$
    LANGUAGE plpgsql;
SELECT merge_roles();
DROP FUNCTION IF EXISTS merge_roles();
