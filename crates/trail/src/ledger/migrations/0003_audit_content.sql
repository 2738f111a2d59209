-- The end of each audit stream. A writer that appends locks this row, so that links follow each other wherever they come from.
CREATE TABLE audit_stream (
  stream TEXT PRIMARY KEY,
  next BIGINT NOT NULL,
  hash TEXT NOT NULL,
  signed BIGINT NOT NULL,
  unsigned BIGINT NOT NULL,
  unsigned_since_ms BIGINT NOT NULL
){without_rowid};

-- The key of each data subject, wrapped by the key of a variable. Without it, the content of the subject cannot be read.
CREATE TABLE content_key (
  subject TEXT PRIMARY KEY,
  wrapped TEXT NOT NULL,
  wrapped_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL
){without_rowid};

-- Prompts and answers that policy keeps, sealed by the key of their subject.
CREATE TABLE content (
  request_id TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  kept_until_ms BIGINT NOT NULL,
  sealed TEXT NOT NULL
){without_rowid};

CREATE INDEX content_by_subject ON content (subject);

CREATE INDEX content_by_time ON content (kept_until_ms);

-- Which requests are a subject's, by a hash of the subject's id, so that they can be found when it is to be forgotten.
CREATE TABLE request_subject (
  subject TEXT NOT NULL,
  request_id TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  PRIMARY KEY (subject, request_id)
){without_rowid};

CREATE INDEX request_subject_by_time ON request_subject (started_ms);
