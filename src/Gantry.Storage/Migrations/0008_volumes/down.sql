DROP TABLE job_volumes;
DROP TABLE volumes;
