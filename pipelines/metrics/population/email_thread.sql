-- email_thread: threads that a customer began, one row a thread, from its first inbound message (metrics.md, section 5).
-- Automatic and agent-opened threads stay outside, tallied.
-- clock: response_s asked_at answered_at
-- day: answered_on answered_at
-- due: asked_at answered_at
-- channel: email
WITH thread AS (
    SELECT *, coalesce(asked_at, first_at) AS arrival_at FROM item_thread WHERE first_at < $until_at
)
SELECT source AS item_source, thread_id AS item_id, arrival_at, $service_on AS service_on,
       queue, coalesce(reply.agent_id, last_agent_id) AS agent_id, customer_id, CAST(NULL AS VARCHAR) AS customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)       THEN 'another contract''s queue'
            WHEN begun_by = 'out'                     THEN 'agent-opened'
            WHEN asked_at IS NULL                     THEN 'automatic'
       END AS outside,
       is_negative, contradicting, ambiguous_time, asked_at,
       CASE WHEN reply.replied_at <= $cut_off_at THEN reply.replied_at END AS answered_at,
       $cut_off_at AS known_until_at, reply_count, resolved
FROM thread
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
