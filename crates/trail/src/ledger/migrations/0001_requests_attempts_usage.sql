-- One row a request. What has no name is '' in roll-ups and null here.
CREATE TABLE request (
  request_id TEXT PRIMARY KEY,
  started_ms BIGINT NOT NULL,
  consumer TEXT,
  team TEXT,
  tenant TEXT,
  credential_id TEXT,
  operation TEXT,
  requested_model TEXT,
  route TEXT,
  provider TEXT,
  model TEXT,
  region TEXT,
  outcome TEXT NOT NULL,
  status BIGINT,
  fault_kind TEXT,
  is_error BIGINT NOT NULL,
  is_refusal BIGINT NOT NULL,
  cache TEXT,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cost_nano_usd BIGINT,
  trace_id TEXT,
  -- The whole record, as a line of JSON.
  record TEXT NOT NULL
);

CREATE INDEX request_by_time ON request (started_ms, request_id);

CREATE INDEX request_by_consumer ON request (consumer, started_ms, request_id);

CREATE INDEX request_by_team ON request (team, started_ms, request_id);

CREATE INDEX request_by_tenant ON request (tenant, started_ms, request_id);

CREATE TABLE attempt (
  request_id TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  deployment TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  region TEXT,
  outcome TEXT NOT NULL,
  status BIGINT,
  fault_kind TEXT,
  started_us BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cost_nano_usd BIGINT,
  PRIMARY KEY (request_id, ordinal)
){without_rowid};

-- Sums of what began in the time from bucket_s on.
CREATE TABLE usage_quarter (
  bucket_s BIGINT NOT NULL,
  consumer TEXT NOT NULL,
  team TEXT NOT NULL,
  tenant TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  route TEXT NOT NULL,
  requests BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  refusals BIGINT NOT NULL,
  client_gone BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  failed_attempts BIGINT NOT NULL,
  uncounted BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  audio_input_tokens BIGINT NOT NULL,
  audio_output_tokens BIGINT NOT NULL,
  cost_nano_usd BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT NOT NULL,
  first_tokens BIGINT NOT NULL,
  request_bytes BIGINT NOT NULL,
  response_bytes BIGINT NOT NULL,
  PRIMARY KEY (bucket_s, consumer, team, tenant, model, provider, route)
){without_rowid};

-- Sums of what began in the time from bucket_s on.
CREATE TABLE usage_hour (
  bucket_s BIGINT NOT NULL,
  consumer TEXT NOT NULL,
  team TEXT NOT NULL,
  tenant TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  route TEXT NOT NULL,
  requests BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  refusals BIGINT NOT NULL,
  client_gone BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  failed_attempts BIGINT NOT NULL,
  uncounted BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  audio_input_tokens BIGINT NOT NULL,
  audio_output_tokens BIGINT NOT NULL,
  cost_nano_usd BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT NOT NULL,
  first_tokens BIGINT NOT NULL,
  request_bytes BIGINT NOT NULL,
  response_bytes BIGINT NOT NULL,
  PRIMARY KEY (bucket_s, consumer, team, tenant, model, provider, route)
){without_rowid};

-- Sums of what began in the time from bucket_s on.
CREATE TABLE usage_day (
  bucket_s BIGINT NOT NULL,
  consumer TEXT NOT NULL,
  team TEXT NOT NULL,
  tenant TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  route TEXT NOT NULL,
  requests BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  refusals BIGINT NOT NULL,
  client_gone BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  failed_attempts BIGINT NOT NULL,
  uncounted BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  audio_input_tokens BIGINT NOT NULL,
  audio_output_tokens BIGINT NOT NULL,
  cost_nano_usd BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT NOT NULL,
  first_tokens BIGINT NOT NULL,
  request_bytes BIGINT NOT NULL,
  response_bytes BIGINT NOT NULL,
  PRIMARY KEY (bucket_s, consumer, team, tenant, model, provider, route)
){without_rowid};

-- Sums of what began in the time from bucket_s on.
CREATE TABLE usage_total (
  bucket_s BIGINT NOT NULL,
  consumer TEXT NOT NULL,
  team TEXT NOT NULL,
  tenant TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  route TEXT NOT NULL,
  requests BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  refusals BIGINT NOT NULL,
  client_gone BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  failed_attempts BIGINT NOT NULL,
  uncounted BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  audio_input_tokens BIGINT NOT NULL,
  audio_output_tokens BIGINT NOT NULL,
  cost_nano_usd BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  first_token_us BIGINT NOT NULL,
  first_tokens BIGINT NOT NULL,
  request_bytes BIGINT NOT NULL,
  response_bytes BIGINT NOT NULL,
  PRIMARY KEY (bucket_s, consumer, team, tenant, model, provider, route)
){without_rowid};

-- How many requests took at most so long, for histograms; le_us is 0 for those above the last bound.
CREATE TABLE usage_latency (
  metric TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  route TEXT NOT NULL,
  le_us BIGINT NOT NULL,
  requests BIGINT NOT NULL,
  sum_us BIGINT NOT NULL,
  PRIMARY KEY (metric, model, provider, route, le_us)
){without_rowid};

-- Links of audit streams; of two that append at once, the primary key lets one pass.
CREATE TABLE audit_link (
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  unix_ms BIGINT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (stream, seq)
){without_rowid};

-- What detectors of anomalies know of a series.
CREATE TABLE anomaly_series (
  series TEXT PRIMARY KEY,
  last_bucket_s BIGINT NOT NULL,
  state TEXT NOT NULL
);

CREATE TABLE anomaly (
  anomaly_id TEXT PRIMARY KEY,
  series TEXT NOT NULL,
  opened_s BIGINT NOT NULL,
  closed_s BIGINT,
  explanation TEXT NOT NULL
);

CREATE INDEX anomaly_by_time ON anomaly (opened_s, anomaly_id);
