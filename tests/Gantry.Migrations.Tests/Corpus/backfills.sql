-- entry: whole-table-at-once
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: Mail addresses brought to lower case.
-- given: shop
-- migration:
UPDATE customers SET email = lower(email);

-- entry: whole-table-new-column
-- dialect: sqlite
-- errors: none
-- warnings: unbatched-backfill
-- about: The column was added just before: all rows are meant.
-- given: shop
-- migration:
ALTER TABLE customers ADD COLUMN mail_lower TEXT;
UPDATE customers SET mail_lower = lower(email);

-- entry: whole-table-new-column-postgres
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill, data-and-schema-in-one-step
-- about: The same on PostgreSQL, where the ALTER keeps its lock while the rows are written.
-- given: shop
-- migration:
ALTER TABLE customers ADD COLUMN mail_lower TEXT;
UPDATE customers SET mail_lower = lower(email);

-- entry: backfill-in-its-step
-- dialect: both
-- errors: none
-- warnings: none
-- about: The same in Gantry's steps.
-- given: shop
-- migration:
-- step: expand
ALTER TABLE customers ADD COLUMN mail_lower TEXT;
-- step: backfill table=customers key=id batch=2000
UPDATE customers SET mail_lower = lower(email) WHERE mail_lower IS NULL;
-- step: verify none
SELECT id FROM customers WHERE mail_lower IS NULL;

-- entry: backfill-without-where-in-its-step
-- dialect: both
-- errors: none
-- warnings: none
-- about: The engine narrows it to a range of keys.
-- given: shop
-- migration:
-- step: backfill table=orders key=id
UPDATE orders SET status = upper(status);

-- entry: one-row-by-key
-- dialect: both
-- errors: none
-- warnings: none
-- about: A repair of one row.
-- given: shop
-- migration:
UPDATE orders SET status = 'paid' WHERE id = 1;

-- entry: some-rows-by-key
-- dialect: both
-- errors: none
-- warnings: none
-- about: A repair of some rows that are named.
-- given: shop
-- migration:
UPDATE orders SET status = 'paid' WHERE id IN (1, 2, 3);

-- entry: one-row-by-unique-column
-- dialect: both
-- errors: none
-- warnings: none
-- about: A row named by a unique column.
-- given: shop
-- migration:
UPDATE products SET price = 12 WHERE sku = 's1';

-- entry: range-of-keys
-- dialect: both
-- errors: none
-- warnings: none
-- about: Batches written out by hand.
-- given: shop
-- migration:
UPDATE orders SET status = 'old' WHERE id BETWEEN 1 AND 1000 AND status = 'new';
UPDATE orders SET status = 'old' WHERE id > 1000 AND id <= 2000 AND status = 'new';

-- entry: status-renamed
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A value renamed everywhere.
-- given: shop
-- migration:
UPDATE orders SET status = 'completed' WHERE status = 'paid';

-- entry: delete-everything
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where
-- about: A cache emptied, or a WHERE forgotten.
-- given: tenants
-- migration:
DELETE FROM settings;

-- entry: delete-everything-declared
-- dialect: both
-- errors: none
-- warnings: none
-- about: The migration declares that it changes that table's number of rows.
-- given: tenants
-- migration:
-- changes-rows: settings
-- step: expand
DELETE FROM settings;

-- entry: delete-some
-- dialect: both
-- errors: none
-- warnings: none
-- about: An ordinary clean-up.
-- given: tenants
-- migration:
DELETE FROM settings WHERE key = 'legacy_theme';

-- entry: uncorrelated-limit-one
-- dialect: both
-- errors: none
-- warnings: uncorrelated-update, unbatched-backfill
-- about: LIMIT 1 makes the incident run through, and gives every row the first owner.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id LIMIT 1)
WHERE user_id IS NULL;

-- entry: uncorrelated-aggregate
-- dialect: both
-- errors: none
-- warnings: uncorrelated-update, unbatched-backfill
-- about: An aggregate over all, where the row's own was meant.
-- given: shop
-- migration:
UPDATE orders SET total = (SELECT sum(quantity * unit_price) FROM order_items) WHERE total IS NULL;

-- entry: uncorrelated-share-of-total
-- dialect: both
-- errors: none
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: A share of the sum over all: the sum is the same for each row, the value is not.
-- given: shop
-- migration:
UPDATE orders SET total = total / (SELECT sum(o.total) FROM orders o);

-- entry: uncorrelated-one-row
-- dialect: both
-- errors: none
-- warnings: none
-- about: One row is written: no other can get the same value.
-- given: gpu
-- migration:
UPDATE projects SET owner_id = (SELECT id FROM users WHERE global_role = 'admin' ORDER BY name LIMIT 1) WHERE id = 'p3';

-- entry: uncorrelated-random
-- dialect: postgres
-- errors: none
-- warnings: uncorrelated-update, unbatched-backfill
-- about: A subquery around a random value is computed once: every row gets the same token.
-- given: tenants
-- migration:
UPDATE accounts SET role = (SELECT md5(random()::text)) WHERE role IS NULL;

-- entry: random-for-each-row
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: Without the subquery each row gets its own.
-- given: tenants
-- migration:
UPDATE accounts SET role = md5(random()::text) WHERE role IS NULL;

-- entry: insert-select-copy
-- dialect: both
-- errors: none
-- warnings: none
-- about: A default setting for each account.
-- given: tenants
-- migration:
INSERT INTO settings (account_id, key, value) SELECT id, 'locale', 'en' FROM accounts
WHERE NOT EXISTS (SELECT 1 FROM settings s WHERE s.account_id = accounts.id AND s.key = 'locale');

-- entry: seed-rows
-- dialect: both
-- errors: none
-- warnings: none
-- about: Rows of a table of names.
-- given: tenants
-- migration:
INSERT INTO roles (id, name) VALUES (10, 'viewer'), (11, 'owner');

-- entry: upsert-do-nothing
-- dialect: both
-- errors: none
-- warnings: none
-- about: Seeds that may run twice.
-- given: tenants
-- migration:
INSERT INTO roles (id, name) VALUES (1, 'admin') ON CONFLICT (id) DO NOTHING;

-- entry: upsert-do-update
-- dialect: both
-- errors: none
-- warnings: none
-- about: Seeds that also correct.
-- given: tenants
-- migration:
INSERT INTO settings (account_id, key, value) VALUES (1, 'theme', 'light')
ON CONFLICT (account_id, key) DO UPDATE SET value = excluded.value WHERE settings.value IS NULL;

-- entry: upsert-select
-- dialect: both
-- errors: none
-- warnings: none
-- about: An upsert from a query.
-- given: tenants
-- migration:
INSERT INTO settings (account_id, key, value) SELECT id, 'locale', 'en' FROM accounts WHERE TRUE
ON CONFLICT (account_id, key) DO UPDATE SET value = excluded.value RETURNING account_id;

-- entry: insert-or-replace
-- dialect: sqlite
-- errors: none
-- warnings: none
-- about: SQLite's own upsert.
-- given: tenants
-- migration:
INSERT OR REPLACE INTO settings (account_id, key, value) VALUES (1, 'theme', 'light');

-- entry: archive-and-delete
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Rows moved by a DELETE … RETURNING in a common table expression.
-- given: tenants
CREATE TABLE old_settings (account_id INTEGER, key TEXT, value TEXT);
-- migration:
WITH moved AS (DELETE FROM settings WHERE key = 'theme' RETURNING account_id, key, value)
INSERT INTO old_settings SELECT * FROM moved;

-- entry: batch-by-limit
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: One batch by hand.
-- given: tenants
-- migration:
UPDATE posts SET slug = lower(title) WHERE id IN (SELECT id FROM posts WHERE slug IS NULL ORDER BY id LIMIT 1000);

-- entry: json-of-columns
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Casts, JSON operators, arrays; two rows, named by their keys.
-- given: tenants
-- migration:
UPDATE posts SET body = ('{"a": 1}'::jsonb ->> 'a') || COALESCE(NULLIF(body, ''), 'x') WHERE title ~* '^o' AND id = ANY (ARRAY[1, 2]);

-- entry: strings-that-look-like-sql
-- dialect: both
-- errors: none
-- warnings: none
-- about: Text in quotes and comments is no SQL.
-- given: tenants
-- migration:
-- UPDATE accounts SET role = (SELECT role FROM accounts);
INSERT INTO settings (account_id, key, value) VALUES (2, 'help', 'DELETE FROM accounts; UPDATE x SET y = (SELECT z FROM t)');
/* DROP TABLE accounts; */

-- entry: do-loop-in-batches
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: A DO block that goes through the rows one by one.
-- given: tenants
-- migration:
DO $do$
DECLARE
    account RECORD;
BEGIN
    FOR account IN SELECT id, email FROM accounts WHERE last_seen IS NULL LOOP
        UPDATE accounts SET role = 'guest' WHERE id = account.id;
        RAISE NOTICE 'account % done', account.email;
    END LOOP;
END
$do$;

-- entry: cannot-be-read-changes-data
-- dialect: postgres
-- errors: not-proved
-- warnings: none
-- about: A statement with a slip of the pen: nobody can say what it would do.
-- given: tenants
-- migration:
UPDATE accounts SET role = (SELECT name FROM roles WHERE id = WHERE role IS NULL;
-- fails: 42601

-- entry: dynamic-sql
-- dialect: postgres
-- errors: not-proved
-- warnings: none
-- about: A statement that is put together while it runs and changes data.
-- given: tenants
-- migration:
DO $$
DECLARE
    t TEXT;
BEGIN
    FOREACH t IN ARRAY ARRAY['accounts', 'posts'] LOOP
        EXECUTE format('UPDATE %I SET tenant_id = (SELECT id FROM tenants)', t);
    END LOOP;
END
$$;
-- fails: 21000

-- entry: missing-way-back
-- dialect: both
-- errors: none
-- warnings: missing-down
-- about: Gantry's own layout without a down.sql.
-- given: gpu
-- migration:
ALTER TABLE runs ADD COLUMN note TEXT;
-- down:

-- entry: irreversible-way-back
-- dialect: both
-- errors: none
-- warnings: none
-- about: The same, declared.
-- given: gpu
-- migration:
-- irreversible
-- changes-rows: members
-- step: expand
DELETE FROM members WHERE role = 'user';
-- down:

-- entry: wrong-way-back
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update
-- about: A way back is SQL like any other, and runs when things are bad already.
-- given: gpu
-- migration:
ALTER TABLE projects ADD COLUMN first_volume TEXT;
-- down:
UPDATE projects SET backend = (SELECT volumes.status FROM volumes) WHERE backend IS NULL;
-- not-run: the test runs no way back
