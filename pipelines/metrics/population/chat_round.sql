-- chat_round: rounds of the sessions routed to people, one row a round (metrics.md, section 4).
-- A first round begun with the bot starts at the request; a round belongs to the period of its first line.
-- clock: response_s asked_at answered_at
-- clock: open_s asked_at ended_at
-- due_running: asked_at within_s
-- option: within_s 0
-- period due: due_at
-- period end: CASE WHEN outside IS NOT NULL THEN arrival_at ELSE coalesce(answered_at, CASE WHEN NOT is_open THEN ended_at WHEN open_s > $within_s THEN due_at END) END
-- channel: chat
WITH round AS (
    -- what is typed after the customer has left answers nothing
    SELECT r.source, r.session_id, r.round_no,
           is_before_leaving(r.answered_at, r.answered_seq, s.left_at, s.left_seq) AS is_heard,
           CASE WHEN is_heard THEN r.answered_at END AS first_answer_at, CASE WHEN is_heard THEN r.agent_id END AS round_agent_id,
           CASE WHEN r.round_no = 1 THEN greatest(r.started_at, s.request_at) ELSE r.started_at END AS asked_at,
           r.started_at AS arrival_at, r.is_negative,
           s.queue, s.first_agent_id, s.customer_id, s.customer_type, s.topic, s.load_id, s.opened_by, s.request_at,
           s.human_line_count, s.contradicting, s.ambiguous_time, s.left_at, s.first_at, s.last_at,
           CASE WHEN r.round_no = 1 THEN s.request.closed_at ELSE r.closed_at END AS closed_at
    FROM $rounds r JOIN $sessions s ON s.source = r.source AND s.session_id = r.session_id
    WHERE r.started_at >= $since_at AND r.started_at < $until_at AND r.started_at <= $cut_off_at
)
SELECT source AS item_source, session_id || '#' || round_no AS item_id, arrival_at, $service_on AS service_on,
       queue, coalesce(round_agent_id, first_agent_id) AS agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)                                  THEN 'another contract''s queue'
            WHEN opened_by = 'agent'                                             THEN 'agent-opened'
            WHEN request_at IS NULL AND human_line_count = 0                     THEN 'bot only'
       END AS outside,
       request_at IS NULL                                                        AS no_request_time,
       contradicting, ambiguous_time, asked_at,
       CASE WHEN first_answer_at >= asked_at AND first_answer_at <= $cut_off_at THEN first_answer_at END AS answered_at,
       coalesce(is_negative, false) OR coalesce(first_answer_at < asked_at, false) AS is_negative,
       coalesce(least(left_at, closed_at) > $cut_off_at, true)                   AS is_open,
       least(left_at, closed_at, $cut_off_at)                                    AS ended_at,  -- least() passes over NULLs
       CASE WHEN left_at <= least(closed_at, $cut_off_at) THEN left_at END       AS left_at
FROM round
