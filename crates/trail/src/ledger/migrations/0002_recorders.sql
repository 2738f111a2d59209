-- Instances that write here. One that is open and not heard of any more has ended without closing.
CREATE TABLE recorder (
  instance TEXT PRIMARY KEY,
  started_ms BIGINT NOT NULL,
  heard_ms BIGINT NOT NULL,
  -- Records may wait in it.
  is_open BIGINT NOT NULL,
  -- The numbers of its records: the last that is written or dropped, and the last that may have been given.
  done BIGINT NOT NULL,
  given BIGINT NOT NULL,
  -- Records that it dropped, since the store was away.
  dropped BIGINT NOT NULL,
  -- The most that were lost when it ended.
  lost BIGINT NOT NULL
);
