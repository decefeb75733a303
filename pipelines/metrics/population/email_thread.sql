-- email_thread: threads that a customer began, one row a thread, from its first inbound message (metrics.md, section 5).
-- Automatic and agent-opened threads stay outside, tallied.
-- clock: response_s asked_at answered_at
-- clock: open_s asked_at known_until_at
-- day: answered_on answered_at
-- due: asked_at answered_at last_known_at
-- due_running: asked_at within_h 3600 clock
-- option: within_h 0
-- option: clock 'wall'
-- period due: due_at
-- period end: CASE WHEN outside IS NOT NULL THEN arrival_at WHEN answered_at IS NOT NULL THEN answered_at WHEN $clock = 'working' AND open_s <= $within_h * 3600 THEN NULL WHEN known_until_at > due_at THEN due_at END
-- channel: email
WITH thread AS (
    SELECT *, coalesce(asked_at, first_at) AS arrival_at FROM item_thread WHERE first_at < $until_at
), known AS (
    SELECT *, CASE WHEN reply.replied_at <= $cut_off_at THEN reply.replied_at END AS answered_at FROM thread
)
SELECT source AS item_source, thread_id AS item_id, arrival_at, $service_on AS service_on,
       queue, coalesce(reply.agent_id, last_agent_id) AS agent_id, customer_id, CAST(NULL AS VARCHAR) AS customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)       THEN 'another contract''s queue'
            WHEN begun_by = 'out'                     THEN 'agent-opened'
            WHEN asked_at IS NULL                     THEN 'automatic'
       END AS outside,
       is_negative, contradicting, ambiguous_time, asked_at, answered_at,
       $cut_off_at AS known_until_at,
       -- a cut-off at midnight knows the day that ended then, and nothing of the day that begins
       $cut_off_at - INTERVAL 1 MICROSECOND             AS last_known_at,
       seconds_between(asked_at, answered_at)           AS wall_response_s,
       seconds_between(asked_at, $cut_off_at)           AS wall_open_s,
       reply_count, resolved
FROM known
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
