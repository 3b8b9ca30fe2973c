DROP TABLE repo_codes;
DROP TABLE repo_credentials;
DROP TABLE repos;
