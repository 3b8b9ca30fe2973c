-- Two projects of two owners: one volume in the first, five in the second.
INSERT INTO users (id, name) VALUES ('u1', 'ann'), ('u2', 'ben');
INSERT INTO projects (id, name, owner_id) VALUES ('p1', 'vision', 'u1'), ('p2', 'speech', 'u2');
INSERT INTO volumes (id, name, project_id) VALUES
  ('v1', 'weights', 'p1'),
  ('v2', 'audio', 'p2'), ('v3', 'text', 'p2'), ('v4', 'models', 'p2'), ('v5', 'cache', 'p2'), ('v6', 'results', 'p2');
