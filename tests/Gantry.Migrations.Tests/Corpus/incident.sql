-- entry: incident-original
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The statement of dstack issue 1961: the inner volumes shadows the row that is updated.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)
WHERE user_id IS NULL;

-- entry: incident-inner-alias
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same with aliases inside: still no word about the row that is updated.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT p.owner_id FROM projects AS p INNER JOIN volumes AS v ON p.id = v.project_id)
WHERE user_id IS NULL;

-- entry: incident-join-other-way-round
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same, joined from the other table.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT projects.owner_id FROM volumes JOIN projects ON volumes.project_id = projects.id)
WHERE volumes.user_id IS NULL;

-- entry: incident-comma-join
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, update-or-delete-without-where, unbatched-backfill
-- about: The same in the old style of joins.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects, volumes WHERE projects.id = volumes.project_id);

-- entry: incident-cte-inside
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same through a common table expression within the subquery.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    WITH owners AS (SELECT volumes.id, projects.owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)
    SELECT owner_id FROM owners)
WHERE user_id IS NULL;

-- entry: incident-cte-before
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same through a common table expression before the UPDATE.
-- given: gpu
-- migration:
WITH owners AS (SELECT v.id AS volume_id, p.owner_id FROM projects p JOIN volumes v ON p.id = v.project_id)
UPDATE volumes SET user_id = (SELECT owner_id FROM owners) WHERE user_id IS NULL;

-- entry: incident-in-case
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, update-or-delete-without-where, unbatched-backfill
-- about: The same in a branch of CASE.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = CASE
    WHEN user_id IS NULL THEN (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id)
    ELSE user_id END;

-- entry: incident-in-coalesce
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, update-or-delete-without-where, unbatched-backfill
-- about: The same as an argument; every row is written, also those that had an owner.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = COALESCE(user_id, (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id));

-- entry: incident-insert-select
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: The same subquery as a column of INSERT … SELECT.
-- given: gpu
CREATE TABLE volume_owners (volume_id TEXT NOT NULL PRIMARY KEY, user_id TEXT);
-- migration:
INSERT INTO volume_owners (volume_id, user_id)
SELECT id, (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) FROM volumes;

-- entry: incident-insert-values
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: A seed that looks its owner up by a column that several projects share.
-- given: gpu
-- migration:
INSERT INTO volumes (id, name, project_id, user_id) VALUES ('v9', 'shared', 'p1', (SELECT owner_id FROM projects WHERE backend = 'aws'));

-- entry: incident-on-conflict-set
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: The same in the SET of an upsert.
-- given: gpu
-- migration:
INSERT INTO volumes (id, name, project_id) VALUES ('v1', 'data', 'p1')
ON CONFLICT (id) DO UPDATE SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id);

-- entry: incident-sqlite-trigger
-- dialect: sqlite
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update
-- about: The same in the body of a trigger.
-- given: gpu
-- migration:
CREATE TRIGGER volumes_owner AFTER INSERT ON volumes
BEGIN
    UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) WHERE user_id IS NULL;
END;
-- then:
INSERT INTO volumes (id, name, project_id) VALUES ('v9', 'nine', 'p1');

-- entry: incident-plpgsql-function
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update
-- about: The same in the body of a trigger's function.
-- given: gpu
-- migration:
CREATE FUNCTION fill_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) WHERE user_id IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER volumes_owner AFTER INSERT ON volumes FOR EACH STATEMENT EXECUTE FUNCTION fill_owner();
-- then:
INSERT INTO volumes (id, name, project_id) VALUES ('v9', 'nine', 'p1');

-- entry: incident-do-block
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same in a DO block, as scripts that may run twice are written.
-- given: gpu
-- migration:
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'volumes' AND column_name = 'user_id') THEN
        UPDATE volumes SET user_id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id) WHERE user_id IS NULL;
    END IF;
END
$$;

-- entry: incident-row-assignment
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same with two columns at once.
-- given: gpu
-- migration:
UPDATE volumes SET (user_id, status) = (SELECT p.owner_id, 'owned' FROM projects p JOIN volumes v ON p.id = v.project_id)
WHERE user_id IS NULL;

-- entry: incident-quoted-names
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same as tools that quote every name print it, with comments in between.
-- given: gpu
-- migration:
/* give each volume an owner */
UPDATE "volumes" SET "user_id" = (
    SELECT "projects"."owner_id" -- the owner
    FROM "projects" INNER JOIN "volumes" ON ("projects"."id" = "volumes"."project_id"))
WHERE ("volumes"."user_id" IS NULL);

-- entry: incident-nested-deeper
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The same one level further down: the subquery in the WHERE of a subquery.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    SELECT u.id FROM users u
    WHERE u.id = (SELECT owner_id FROM projects JOIN volumes ON projects.id = volumes.project_id))
WHERE user_id IS NULL;

-- entry: incident-in-where
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A comparison with a subquery that returns a row for each project: = where IN was meant.
-- given: gpu
-- migration:
UPDATE volumes SET status = 'orphan' WHERE project_id = (SELECT id FROM projects WHERE backend = 'aws');

-- entry: incident-in-delete
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: none
-- about: The same mistake in a DELETE.
-- given: gpu
-- migration:
DELETE FROM members WHERE user_id = (SELECT user_id FROM members WHERE role = 'user' OR role = 'admin');

-- entry: incident-correlated-to-too-little
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: Correlated, but by a column that many rows of the inner table share.
-- given: gpu
-- migration:
UPDATE projects SET backend = (SELECT volumes.status FROM volumes WHERE volumes.project_id = projects.id);

-- entry: incident-half-of-a-key
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: Correlated by the first half of a composite key.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT m.user_id FROM members m WHERE m.project_id = volumes.project_id) WHERE user_id IS NULL;

-- entry: incident-join-adds-rows
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: The first table is bound by its key, but the join to the second brings a row for each member.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    SELECT m.user_id FROM projects p JOIN members m ON m.project_id = p.id WHERE p.id = volumes.project_id AND m.role = 'admin')
WHERE user_id IS NULL;

-- entry: incident-alias-hides-nothing
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: The condition compares the inner table with itself: both names mean the same alias.
-- given: gpu
-- migration:
UPDATE runs SET user_id = (SELECT v.user_id FROM volumes v WHERE v.project_id = project_id) WHERE user_id IS NULL;

-- entry: incident-or-opens-it
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: A key is bound, but only in one arm of an OR.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT owner_id FROM projects WHERE projects.id = volumes.project_id OR projects.backend = 'aws')
WHERE user_id IS NULL;

-- entry: incident-union-of-two
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: Two arms of a UNION, each with one row at most, are two rows.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    SELECT owner_id FROM projects WHERE projects.id = volumes.project_id
    UNION ALL SELECT id FROM users WHERE name = 'ann')
WHERE user_id IS NULL;

-- entry: incident-group-by
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: uncorrelated-update, unbatched-backfill
-- about: An aggregate with GROUP BY returns a row for each group.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (SELECT max(owner_id) FROM projects GROUP BY id) WHERE user_id IS NULL;

-- entry: incident-limit-two
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: A LIMIT, but not of one.
-- given: gpu
-- migration:
UPDATE projects SET backend = (SELECT status FROM volumes WHERE volumes.project_id = projects.id LIMIT 2);

-- entry: incident-with-ties
-- dialect: postgres
-- errors: scalar-subquery-may-return-many
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: FETCH FIRST 1 ROW WITH TIES returns all that tie with the first.
-- given: gpu
-- migration:
UPDATE projects SET backend = (
    SELECT status FROM volumes WHERE volumes.project_id = projects.id ORDER BY size_gb FETCH FIRST 1 ROW WITH TIES);

-- entry: incident-distinct
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: update-or-delete-without-where, unbatched-backfill
-- about: DISTINCT is no promise of one: a project has users in several roles.
-- given: gpu
-- migration:
UPDATE projects SET backend = (SELECT DISTINCT role FROM members WHERE members.project_id = projects.id);

-- entry: incident-left-join-on
-- dialect: both
-- errors: scalar-subquery-may-return-many
-- warnings: unbatched-backfill
-- about: What stands in the ON of a LEFT JOIN does not narrow the left side.
-- given: gpu
-- migration:
UPDATE volumes SET user_id = (
    SELECT u.id FROM users u LEFT JOIN projects p ON p.owner_id = u.id AND u.id = volumes.project_id)
WHERE user_id IS NULL;
