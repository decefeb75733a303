-- One pass over the rounds: answered within 180 s, mean response. A first round begun with the bot starts at the request.
WITH session AS (
    SELECT source, session_id, request_at, left_at, left_seq,
           coalesce(opened_by = 'agent', false) OR (request_at IS NULL AND human_line_count = 0) AS is_outside,
           contradicting OR ambiguous_time OR request_at IS NULL AS is_unmeasurable
    FROM item_session
), round AS (
    SELECT CASE WHEN r.round_no = 1 THEN greatest(r.started_at, s.request_at) ELSE r.started_at END AS asked_at,
           CASE WHEN coalesce(r.answered_at < s.left_at
                              OR (r.answered_at = s.left_at AND coalesce(r.answered_seq < s.left_seq, false)), true)
                THEN r.answered_at END AS known_at,
           s.is_outside,
           s.is_unmeasurable OR coalesce(r.is_negative, false) OR coalesce(known_at < asked_at, false) AS is_unmeasurable,
           CASE WHEN known_at <= $cut_off THEN known_at END AS answered_at, least(s.left_at, r.closed_at) AS ended_at
    FROM item_round r JOIN session s USING (source, session_id)
    WHERE r.started_at >= $since AND r.started_at < $until AND r.started_at <= $cut_off
), timed AS (
    SELECT is_outside, NOT is_outside AND NOT is_unmeasurable AS is_judged, answered_at IS NOT NULL AS answered,
           coalesce(ended_at > $cut_off, true) AS is_open,
           chat_us(answered_at) - chat_us(asked_at) AS response_us,
           chat_us(least(ended_at, $cut_off)) - chat_us(asked_at) AS open_us
    FROM round
), counted AS (
    SELECT count(*) FILTER (is_outside) AS outside, count(*) FILTER (NOT is_outside AND NOT is_judged) AS not_judged,
           count(*) FILTER (is_judged AND answered) AS answered,
           count(*) FILTER (is_judged AND response_us <= 180000000) AS within,
           count(*) FILTER (is_judged AND NOT answered AND is_open) AS open,
           count(*) FILTER (is_judged AND NOT answered AND is_open AND open_us > 180000000) AS late,
           count(*) FILTER (is_judged AND NOT answered AND NOT is_open) AS unanswered,
           count(*) FILTER (is_judged AND NOT answered AND NOT is_open AND open_us <= 180000000) AS closed_within,
           sum(response_us) FILTER (is_judged) AS response_us
    FROM timed
)
SELECT outside AS all__outside,
       within AS round_within__met, answered - within + late + unanswered - closed_within AS round_within__missed,
       closed_within AS round_within__excluded, not_judged AS round_within__unmeasurable, open - late AS round_within__pending,
       answered AS response_mean__counted, response_us AS response_mean__amount_us, unanswered AS response_mean__excluded,
       not_judged AS response_mean__unmeasurable, open AS response_mean__pending
FROM counted
