-- entry: from-parent-by-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The usual UPDATE … FROM: each row has one parent.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = projects.owner_id FROM projects WHERE projects.id = volumes.project_id AND volumes.user_id IS NULL;

-- entry: from-children
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: A project matches each of its members: which one wins is up to the plan.
-- given: gpu
-- migration:
UPDATE projects SET owner_id = members.user_id FROM members WHERE members.project_id = projects.id AND members.role = 'admin';

-- entry: from-children-constant-value
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Many children match, but what is written does not depend on which.
-- given: gpu
-- migration:
UPDATE runs SET deleted = TRUE FROM jobs WHERE jobs.run_id = runs.id AND jobs.status = 'failed';

-- entry: from-no-condition
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: A FROM without any condition: every row matches every row.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = projects.owner_id FROM projects;

-- entry: from-shadowing-alias
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: The incident as UPDATE … FROM: the second volumes is another one than the target.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = p.owner_id FROM projects p JOIN volumes v ON v.project_id = p.id WHERE volumes.user_id IS NULL;

-- entry: from-self-join-by-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The same, with the second volumes tied to the target by its key.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = p.owner_id FROM projects p JOIN volumes v ON v.project_id = p.id WHERE v.id = volumes.id AND volumes.user_id IS NULL;

-- entry: from-grouped-subquery
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: A subquery with a row for each group, joined by what it is grouped by.
-- given: shop
-- migration:
UPDATE orders SET total = sums.total
FROM (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) AS sums
WHERE sums.order_id = orders.id AND orders.total IS NULL;

-- entry: from-values
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: A table of corrections written out, each key once.
-- given: shop
-- migration:
UPDATE products SET name = fixed.name
FROM (VALUES ('s1', 'A Book'), ('s2', 'A Game')) AS fixed (sku, name)
WHERE products.sku = fixed.sku;

-- entry: from-values-key-twice
-- dialect: postgres
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: The same with a key that stands there twice.
-- given: shop
-- migration:
UPDATE products SET name = fixed.name
FROM (VALUES ('s1', 'A Book'), ('s1', 'The Book')) AS fixed (sku, name)
WHERE products.sku = fixed.sku;

-- entry: from-row-number
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Rows are numbered within their group by a window over the same table, and found again by their key.
-- given: gpu
-- migration:
WITH numbered AS (SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY run_name) AS place FROM runs)
UPDATE runs SET priority = numbered.place FROM numbered WHERE numbered.id = runs.id;

-- entry: from-distinct-on
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: DISTINCT ON leaves one row for each project.
-- given: gpu
-- migration:
UPDATE projects SET owner_id = first.user_id
FROM (SELECT DISTINCT ON (project_id) project_id, user_id FROM members WHERE role = 'admin' ORDER BY project_id, user_id) AS first
WHERE first.project_id = projects.id;

-- entry: from-latest-without-tiebreak
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: The newest price of each product by a join with the maximum; without the key two could tie. Here it is joined by product only.
-- given: shop
-- migration:
UPDATE products SET price = prices.amount FROM prices WHERE prices.product_id = products.id;

-- entry: from-latest-by-full-key
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: The newest price, found by the whole key of the prices.
-- given: shop
-- migration:
UPDATE products SET price = p.amount
FROM prices p JOIN (SELECT product_id, max(valid_from) AS newest FROM prices GROUP BY product_id) last
    ON last.product_id = p.product_id AND last.newest = p.valid_from
WHERE last.product_id = products.id;

-- entry: from-two-parents
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Two levels up by keys.
-- given: gpu
-- migration:
UPDATE jobs SET project_id = projects.id FROM runs JOIN projects ON projects.id = runs.project_id WHERE runs.id = jobs.run_id AND jobs.project_id IS NULL;

-- entry: from-one-target-row
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: none
-- about: One target row, named by its key, but still many matches.
-- given: gpu
-- migration:
UPDATE projects SET owner_id = members.user_id FROM members WHERE members.project_id = projects.id AND projects.id = 'p2';

-- entry: from-half-key
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: Matched by the mail address alone, which is unique only together with the tenant.
-- given: tenants
-- migration:
UPDATE comments SET account_id = accounts.id FROM accounts WHERE accounts.email = comments.author_email;

-- entry: from-unique-text
-- dialect: both
-- errors: none
-- warnings: unbatched-backfill
-- about: Matched by a unique name.
-- given: tenants
-- migration:
UPDATE accounts SET role_id = roles.id FROM roles WHERE roles.name = accounts.role;

-- entry: from-using-delete
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: DELETE … USING deletes a row once, however often it matches.
-- given: tenants
-- migration:
DELETE FROM settings USING accounts WHERE accounts.id = settings.account_id AND accounts.role = 'editor';

-- entry: from-backfill-step
-- dialect: both
-- errors: none
-- warnings: none
-- about: UPDATE … FROM as a backfill of Gantry's own layout.
-- given: gpu
-- migration:
-- step: backfill table=volumes key=id batch=500
UPDATE volumes SET user_id = projects.owner_id FROM projects WHERE projects.id = volumes.project_id AND volumes.user_id IS NULL;

-- entry: from-deduplicate
-- dialect: postgres
-- errors: none
-- warnings: none
-- about: Duplicates are deleted, the one with the lowest key stays.
-- given: shop
-- migration:
DELETE FROM products a USING products b WHERE a.id > b.id AND a.name = b.name AND a.id NOT IN (SELECT product_id FROM order_items);

-- entry: from-cte-grouped-over-a-join
-- dialect: postgres
-- errors: none
-- warnings: unbatched-backfill
-- about: Grouped by the key that it is joined by, in a block that asks whether there is anything to do.
-- given: tenants
-- migration:
DO $$
BEGIN
    IF (SELECT count(*) FROM posts WHERE comment_count IS NULL) > 0 THEN
        WITH q AS (
            SELECT posts.id post_id, COALESCE(count(comments.id), 0) AS total
            FROM posts LEFT JOIN comments ON posts.id = comments.post_id
            GROUP BY posts.id)
        UPDATE posts SET comment_count = q.total FROM q WHERE q.post_id = posts.id AND posts.comment_count IS NULL;
    END IF;
END $$;

-- entry: from-text-that-is-not-unique
-- dialect: both
-- errors: update-from-ambiguous
-- warnings: unbatched-backfill
-- about: Matched by a text that nothing makes unique.
-- given: shop
-- migration:
UPDATE orders SET address_id = addresses.id FROM addresses WHERE addresses.city = orders.number;

-- entry: from-delete-by-pairs
-- dialect: both
-- errors: none
-- warnings: none
-- about: Orphans deleted by pairs of keys.
-- given: gpu
-- migration:
DELETE FROM members WHERE (project_id, user_id) IN (
    SELECT members.project_id, members.user_id FROM members
    JOIN projects ON projects.id = members.project_id
    LEFT JOIN runs ON runs.user_id = members.user_id AND runs.project_id = projects.id
    WHERE runs.id IS NULL);
