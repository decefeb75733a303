-- silence: stretches of service time in which calls were offered and none was answered. One begins with the first call that is
-- offered after an answer, or after an opening, and ends with the next answer, the close, local midnight or the cut-off; of two
-- things at one instant the offer comes first. Its item is the call with which it began. One row for each that reaches
-- $at_least_min minutes, and of every service window the longest, so that a window in which nothing happened is seen.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
-- option: at_least_min 30
-- option: each 'service'
WITH known AS NOT MATERIALIZED (
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - INTERVAL 2 DAY AND arrived_at < $until_at
), leg AS (
    SELECT source, call_id, direction, customer_type, topic, queue, agent_id, outcome, arrived_at, queued_at, answered_at, wait_s,
           coalesce(queued_at, arrived_at) AS place, 1 AS nth, callback_promised_at AS promised_at,
           callback_reached_at AS reached_at, load_id
    FROM known WHERE leg_count = 1
    UNION ALL BY NAME
    SELECT * FROM (SELECT source, call_id, direction, customer_type, topic, load_id, unnest(legs, recursive := true)
                   FROM known WHERE leg_count > 1)
), leg_of_contract AS (
    SELECT *, coalesce(answered_at, place + to_microseconds(CAST(coalesce(wait_s, 0) * 1000000 AS BIGINT))) AS picked_up_at
    FROM leg
    WHERE place <= $cut_off_at AND direction IS DISTINCT FROM 'outbound' AND coalesce($in_scope, false)
      AND (outcome <> 'ivr_only' OR promised_at IS NOT NULL OR reached_at IS NOT NULL)
), happened AS (
    -- 0: a call is offered, with its first entry (of this queue, where each stands for itself); 1: somebody answers
    SELECT source, call_id, min(place) AS arrival_at, 0 AS kind, arg_min(queue, nth) AS queue,
           CASE $each WHEN 'queue' THEN leg_of_contract.queue END AS of_queue, max(load_id) AS load_id
    FROM leg_of_contract GROUP BY source, call_id, of_queue
    UNION ALL BY NAME
    SELECT source, call_id, picked_up_at AS arrival_at, 1 AS kind, queue, CASE $each WHEN 'queue' THEN queue END AS of_queue, load_id
    FROM leg_of_contract WHERE outcome = 'answered' AND picked_up_at <= $cut_off_at
), dated AS (
    SELECT *, $service_on AS service_on FROM happened WHERE arrival_at >= $since_at AND arrival_at < $until_at
), window AS (
    -- the windows of service on each day, cut at midnights; without a calendar the whole day is one
    SELECT day, unnest(spans).open_at AS open_at, unnest(spans).shut_at AS shut_at FROM calendar_day WHERE calendar = $calendar
), placed AS (
    SELECT dated.*, open_at, least(shut_at, $cut_off_at) AS shut_at, hours.spans IS NOT NULL OR $calendar = '' AS is_known
    FROM dated
    LEFT JOIN (SELECT day, spans FROM calendar_day WHERE calendar = $calendar) hours ON hours.day = service_on
    LEFT JOIN window ON window.day = service_on AND open_at <= arrival_at AND arrival_at < window.shut_at
)
SELECT 1
