-- email_question: questions of threads that a customer began, one row a round of consecutive inbound messages
-- (metrics.md, section 5). Questions of agent-opened threads stay outside, tallied; an automatic mail asks nothing.
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
WITH question AS (
    SELECT q.source, q.thread_id, q.question_no, q.asked_at, q.asked_at AS arrival_at, q.is_negative,
           CASE WHEN q.replied_at <= $cut_off_at THEN q.replied_at END AS answered_at,
           coalesce(q.agent_id, t.last_agent_id) AS agent_id,
           t.queue, t.customer_id, t.topic, t.load_id, t.begun_by, t.contradicting, t.ambiguous_time, t.reply_count, t.resolved
    FROM item_question q JOIN item_thread t ON t.source = q.source AND t.thread_id = q.thread_id
    WHERE q.asked_at >= $since_at AND q.asked_at < $until_at AND q.asked_at <= $cut_off_at
)
SELECT source AS item_source, thread_id || '#' || question_no AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, CAST(NULL AS VARCHAR) AS customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)       THEN 'another contract''s queue'
            WHEN begun_by = 'out'                     THEN 'agent-opened'
       END AS outside,
       is_negative, contradicting, ambiguous_time, asked_at, answered_at,
       $cut_off_at AS known_until_at,
       -- a cut-off at midnight knows the day that ended then, and nothing of the day that begins
       $cut_off_at - INTERVAL 1 MICROSECOND             AS last_known_at,
       seconds_between(asked_at, answered_at)           AS wall_response_s,
       seconds_between(asked_at, $cut_off_at)           AS wall_open_s,
       reply_count, resolved
FROM question
