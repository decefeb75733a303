-- item_shift: one row a shift of an agent, its latest version; what the log does not give of its length is the time between
-- both ends.
SELECT source, agent_id, shift_id, scheduled_from_at, scheduled_until_at, attended_s,
       coalesce(scheduled_s, seconds_between(scheduled_from_at, scheduled_until_at)) AS scheduled_s,
       scheduled_s IS NOT NULL AS scheduled_from_log,
       contradicting, coalesce(ambiguous_time, false) AS ambiguous_time, load_id
FROM ($latest)
