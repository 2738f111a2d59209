-- No program has written these tables of the first version.
DROP TABLE anomaly_series;

DROP TABLE anomaly;

-- How far each unit (a metric by a dimension) has been evaluated, and what is common to its series.
CREATE TABLE anomaly_unit (
  unit TEXT PRIMARY KEY,
  last_bucket_s BIGINT NOT NULL,
  state TEXT NOT NULL
){without_rowid};

-- What the detector of a series knows.
CREATE TABLE anomaly_series (
  unit TEXT NOT NULL,
  value TEXT NOT NULL,
  seen_s BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (unit, value)
){without_rowid};

-- What was found: the same finding has the same id whoever finds it. closed_s is null while it goes on.
CREATE TABLE anomaly (
  anomaly_id TEXT PRIMARY KEY,
  unit TEXT NOT NULL,
  value TEXT NOT NULL,
  opened_s BIGINT NOT NULL,
  closed_s BIGINT,
  explanation TEXT NOT NULL
){without_rowid};

CREATE INDEX anomaly_by_time ON anomaly (opened_s, anomaly_id);

CREATE INDEX anomaly_by_end ON anomaly (closed_s, anomaly_id);

-- Messages to webhooks that have not arrived yet.
CREATE TABLE notice (
  notice_id TEXT NOT NULL,
  webhook TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  next_ms BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (notice_id, webhook)
){without_rowid};

CREATE INDEX notice_by_time ON notice (next_ms, notice_id);
