DROP TABLE file_archives;
