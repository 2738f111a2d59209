-- Only instances that are open are looked for, and only those that are closed are removed.
CREATE INDEX recorder_open ON recorder (heard_ms) WHERE is_open = 1;

CREATE INDEX recorder_closed ON recorder (heard_ms) WHERE is_open = 0;

CREATE INDEX recorder_lost ON recorder (lost) WHERE lost > 0;

-- The last link that a link signs, if it is a checkpoint. Those of earlier versions have none: later ones sign what they did.
ALTER TABLE audit_link ADD COLUMN signs BIGINT;

CREATE INDEX audit_link_by_signature ON audit_link (stream, unix_ms) WHERE signs IS NOT NULL;

CREATE INDEX request_by_trace ON request (trace_id, started_ms, request_id) WHERE trace_id IS NOT NULL;

-- Sums of all time by what counters of metrics are labelled with: as many rows as there are series, however many consumers there are.
CREATE TABLE usage_series (
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
  PRIMARY KEY (model, provider, route)
){without_rowid};

INSERT INTO usage_series (
  model, provider, route,
  requests,
  errors,
  refusals,
  client_gone,
  cache_hits,
  attempts,
  failed_attempts,
  uncounted,
  unpriced,
  input_tokens,
  cached_input_tokens,
  cache_write_tokens,
  output_tokens,
  reasoning_tokens,
  audio_input_tokens,
  audio_output_tokens,
  cost_nano_usd,
  duration_us,
  first_token_us,
  first_tokens,
  request_bytes,
  response_bytes
)
SELECT
  model, provider, route,
  SUM(requests),
  SUM(errors),
  SUM(refusals),
  SUM(client_gone),
  SUM(cache_hits),
  SUM(attempts),
  SUM(failed_attempts),
  SUM(uncounted),
  SUM(unpriced),
  SUM(input_tokens),
  SUM(cached_input_tokens),
  SUM(cache_write_tokens),
  SUM(output_tokens),
  SUM(reasoning_tokens),
  SUM(audio_input_tokens),
  SUM(audio_output_tokens),
  SUM(cost_nano_usd),
  SUM(duration_us),
  SUM(first_token_us),
  SUM(first_tokens),
  SUM(request_bytes),
  SUM(response_bytes)
FROM usage_total
GROUP BY model, provider, route;
