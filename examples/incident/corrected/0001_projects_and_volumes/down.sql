-- irreversible     (the rows go with their tables)
DROP TABLE volumes;
DROP TABLE projects;
DROP TABLE users;
