-- Only instances that are open are looked for, and only those that are closed are removed.
CREATE INDEX recorder_open ON recorder (heard_ms) WHERE is_open = 1;

CREATE INDEX recorder_closed ON recorder (heard_ms) WHERE is_open = 0;

CREATE INDEX recorder_lost ON recorder (lost) WHERE lost > 0;

-- The last link that a link signs, if it is a checkpoint. Those of earlier versions have none: later ones sign what they did.
ALTER TABLE audit_link ADD COLUMN signs BIGINT;

CREATE INDEX audit_link_by_signature ON audit_link (stream, unix_ms) WHERE signs IS NOT NULL;

CREATE INDEX request_by_trace ON request (trace_id, started_ms, request_id) WHERE trace_id IS NOT NULL;
