-- chat_session: sessions routed to people in which the customer wrote at all, one row a session (metrics.md, section 4).
-- Bot-only, agent-opened and silent sessions stay outside, tallied. $start: request | handoff | opening.
-- clock: response_s asked_at answered_at
-- clock: left_s asked_at left_at
-- clock: open_s asked_at known_until_at
-- due_running: asked_at within_s
-- option: within_s 0
-- period due: due_at
-- period end: CASE WHEN outside IS NOT NULL THEN arrival_at ELSE coalesce(answered_at, left_at, closed_at, CASE WHEN open_s > $within_s THEN due_at END) END
-- channel: chat
WITH session AS (
    SELECT *, $start.asked_at AS asked_at, $start.answer.typed_at AS first_answer_at, $start.answer.agent_id AS answer_agent_id,
           coalesce($start.is_negative, false) AS is_negative,
           $start.closed_at AS closed_at, coalesce($start.asked_at, first_at) AS arrival_at
    FROM $sessions
    WHERE first_at < $until_at AND last_at >= $since_at - INTERVAL 1 DAY
)
SELECT source AS item_source, session_id AS item_id, arrival_at, $service_on AS service_on,
       queue, coalesce(answer_agent_id, first_agent_id) AS agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false)                                  THEN 'another contract''s queue'
            WHEN opened_by = 'agent'                                             THEN 'agent-opened'
            WHEN first_line_at IS NULL                                           THEN 'silent'
            WHEN request_at IS NULL AND human_line_count = 0                     THEN 'bot only'
       END AS outside,
       request_at IS NULL                                                        AS no_request_time,
       is_negative, contradicting, ambiguous_time,
       asked_at,
       CASE WHEN first_answer_at <= $cut_off_at THEN first_answer_at END         AS answered_at,
       CASE WHEN left_at <= $cut_off_at AND (closed_at IS NULL OR left_at <= closed_at) THEN left_at END AS left_at,
       CASE WHEN closed_at <= $cut_off_at THEN closed_at END                     AS closed_at,
       $cut_off_at                                                               AS known_until_at,
       human_line_count, transfer_count, resolved,
       -- who counts once a day; a session without a customer stands for itself
       CASE WHEN customer_id IS NULL THEN source || '#session#' || session_id
            ELSE source || '#customer#' || customer_id || '#' || service_on END  AS customer_and_day
FROM session
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
