-- One pass over the chats: first response within 30 s, its mean and 90th percentile, reply rate. Chat is open 08:00-23:00.
WITH session AS (
    SELECT request.asked_at AS asked_at, request.is_negative AS is_negative, contradicting, ambiguous_time,
           coalesce(request.asked_at, first_at) AS arrival_at, request_at IS NULL AS no_request,
           opened_by = 'agent' OR first_line_at IS NULL OR (request_at IS NULL AND human_line_count = 0) AS is_outside,
           CASE WHEN request.answer.typed_at <= $cut_off THEN request.answer.typed_at END AS answered_at,
           CASE WHEN left_at <= $cut_off AND coalesce(left_at <= request.closed_at, true) THEN left_at END AS left_at,
           coalesce(request.closed_at <= $cut_off, false) AS is_closed
    FROM item_session
), timed AS (
    SELECT is_outside, contradicting, is_closed, left_at IS NOT NULL AS has_left,
           NOT is_outside AND NOT contradicting AS is_known,
           is_known AND NOT no_request AND NOT ambiguous_time AND NOT coalesce(is_negative, false) AS is_judged,
           answered_at IS NOT NULL AS answered,
           answered OR coalesce(is_negative, false) AS replied,
           chat_us(answered_at) - chat_us(asked_at) AS response_us,
           epoch_us(left_at) - epoch_us(asked_at) <= 5000000 AS left_short,
           chat_us(left_at) - chat_us(asked_at) AS left_us, chat_us($cut_off) - chat_us(asked_at) > 30000000 AS is_late
    FROM session
    WHERE arrival_at >= $since AND arrival_at < $until AND arrival_at <= $cut_off
), counted AS (
    SELECT count(*) FILTER (is_outside) AS outside, count(*) FILTER (NOT is_outside AND NOT is_known) AS contradicting,
           count(*) FILTER (NOT is_outside AND NOT is_judged) AS not_judged,
           count(*) FILTER (is_judged AND answered) AS answered,
           count(*) FILTER (is_judged AND response_us <= 30000000) AS within,
           count(*) FILTER (is_judged AND NOT answered AND has_left) AS has_left,
           count(*) FILTER (is_judged AND NOT answered AND (left_short OR left_us <= 30000000)) AS left_excused,
           count(*) FILTER (is_judged AND NOT answered AND NOT has_left AND is_closed) AS closed,
           count(*) FILTER (is_judged AND NOT answered AND NOT has_left AND NOT is_closed) AS open,
           count(*) FILTER (is_judged AND NOT answered AND NOT has_left AND NOT is_closed AND is_late) AS late,
           sum(response_us) FILTER (is_judged) AS response_us,
           quantile_disc(coalesce(response_us, 999999999000000), 0.9)
               FILTER (is_judged AND (answered OR (has_left AND NOT left_short AND left_us > 30000000) OR (NOT has_left AND is_closed)))
               AS p90_us,
           count(*) FILTER (is_known AND replied) AS replied,
           count(*) FILTER (is_known AND NOT replied AND (left_short OR left_us = 0)) AS reply_excused,
           count(*) FILTER (is_known AND NOT replied AND (has_left OR is_closed)) AS unreplied_ended,
           count(*) FILTER (is_known AND NOT replied AND NOT has_left AND NOT is_closed) AS unreplied_open
    FROM timed
)
SELECT outside AS all__outside,
       within AS first_response__met, answered - within + has_left - left_excused + closed + late AS first_response__missed,
       left_excused AS first_response__excluded, not_judged AS first_response__unmeasurable,
       open - late AS first_response__pending,
       answered AS first_response_mean__counted, response_us AS first_response_mean__amount_us,
       has_left + closed AS first_response_mean__excluded, not_judged AS first_response_mean__unmeasurable,
       open AS first_response_mean__pending,
       answered + has_left - left_excused + closed AS first_response_percentile__counted,
       p90_us AS first_response_percentile__amount_us, left_excused AS first_response_percentile__excluded,
       not_judged AS first_response_percentile__unmeasurable, open AS first_response_percentile__pending,
       replied AS reply_rate__met, unreplied_ended - reply_excused AS reply_rate__missed, reply_excused AS reply_rate__excluded,
       contradicting AS reply_rate__unmeasurable, unreplied_open AS reply_rate__pending
FROM counted
