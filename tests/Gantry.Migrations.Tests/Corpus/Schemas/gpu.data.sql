INSERT INTO users (id, name, email, global_role) VALUES
    ('u1', 'ann', 'ann@example.org', 'admin'), ('u2', 'bob', 'bob@example.org', 'user'), ('u3', 'cy', NULL, 'user');
INSERT INTO projects (id, name, owner_id, backend) VALUES ('p1', 'main', 'u1', 'aws'), ('p2', 'lab', 'u2', 'aws'), ('p3', 'empty', 'u2', NULL);
INSERT INTO members (project_id, user_id, role) VALUES ('p1', 'u1', 'admin'), ('p1', 'u2', 'user'), ('p2', 'u2', 'admin'), ('p2', 'u3', 'admin');
INSERT INTO volumes (id, name, project_id, user_id) VALUES
    ('v1', 'data', 'p1', NULL), ('v2', 'cache', 'p1', NULL), ('v3', 'data', 'p2', NULL), ('v4', 'old', 'p2', 'u2');
INSERT INTO runs (id, project_id, user_id, run_name, status, priority) VALUES
    ('r1', 'p1', NULL, 'train', 'done', 1), ('r2', 'p1', 'u1', 'train', 'running', NULL), ('r3', 'p2', 'u2', 'eval', 'failed', 0);
INSERT INTO jobs (id, run_id, job_num, submission_num, status, exit_status) VALUES
    ('j1', 'r1', 0, 0, 'failed', 1), ('j2', 'r1', 0, 1, 'done', 0), ('j3', 'r2', 0, 0, 'running', NULL), ('j4', 'r3', 0, 0, 'failed', 137);
