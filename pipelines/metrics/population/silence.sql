-- silence: stretches of service time in which calls of the contract were offered and none was answered. One begins with the
-- first call that is offered after an answer, or after an opening, and ends with the next answer, the close, local midnight or
-- the cut-off; of two things at one instant the offer comes first. It bears the id of the call with which it begins. A row for
-- each that reaches $at_least_min minutes, and for the longest of every window of service, so that a quiet window is seen too.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
-- option: at_least_min 30
WITH known AS NOT MATERIALIZED (
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - INTERVAL 2 DAY AND arrived_at < $until_at
), leg AS (
    SELECT source, call_id, direction, customer_type, topic, queue, outcome, arrived_at, queued_at, answered_at, wait_s,
           callback_promised_at AS promised_at, callback_reached_at AS reached_at, load_id
    FROM known WHERE leg_count = 1
    UNION ALL BY NAME
    SELECT * FROM (SELECT source, call_id, direction, customer_type, topic, load_id, unnest(legs, recursive := true)
                   FROM known WHERE leg_count > 1)
), entered AS (
    SELECT *, coalesce(queued_at, arrived_at) AS entered_at,
           coalesce(answered_at, queued_at + to_microseconds(CAST(wait_s * 1000000 AS BIGINT)), queued_at, arrived_at) AS picked_up_at
    FROM leg
    WHERE coalesce(queued_at, arrived_at) <= $cut_off_at AND direction IS DISTINCT FROM 'outbound' AND coalesce($in_scope, false)
      AND (outcome IN ('answered', 'abandoned', 'lost', 'open', 'callback') OR promised_at IS NOT NULL OR reached_at IS NOT NULL)
), happened AS (
    -- 0: a call is offered; 1: somebody answers
    SELECT source, call_id, min(entered_at) AS arrival_at, 0 AS kind, arg_min(queue, entered_at) AS queue,
           any_value(customer_type) AS customer_type, any_value(topic) AS topic, max(load_id) AS load_id
    FROM entered GROUP BY source, call_id
    UNION ALL BY NAME
    SELECT source, call_id, picked_up_at AS arrival_at, 1 AS kind, load_id
    FROM entered WHERE outcome = 'answered' AND picked_up_at <= $cut_off_at
), dated AS (
    SELECT *, $service_on AS service_on FROM happened WHERE arrival_at >= $since_at AND arrival_at < $until_at
), local_day AS (
    -- each local day of the period from its first quarter of an hour on: no zone is off by less
    SELECT service_on, coalesce(lead(min(arrival_at)) OVER (ORDER BY service_on), $until_at) AS ends_at
    FROM (SELECT arrival_at, $service_on AS service_on
          FROM (SELECT unnest(generate_series($since_at, $until_at - INTERVAL 15 MINUTE, INTERVAL 15 MINUTE)) AS arrival_at))
    GROUP BY service_on
), hours AS (
    -- windows of service, cut at midnights; without a calendar a day is one window
    SELECT local_day.service_on,
           CASE WHEN $calendar = '' THEN [{open_at: CAST(NULL AS TIMESTAMPTZ), shut_at: ends_at}] ELSE spans END AS windows, ends_at
    FROM local_day LEFT JOIN (SELECT day, spans FROM calendar_day WHERE calendar = $calendar) known_day ON day = service_on
), placed AS (
    SELECT dated.*, windows IS NOT NULL AS is_known, ends_at,
           list_filter(windows, lambda one: coalesce(one.open_at <= arrival_at, true) AND arrival_at < one.shut_at)[1] AS open
    FROM dated JOIN hours USING (service_on)
), numbered AS (
    SELECT * REPLACE (coalesce(open.shut_at, ends_at) AS ends_at),
           -- how many answers came before it
           CASE WHEN is_known THEN CAST(sum(kind) OVER (PARTITION BY service_on, open.shut_at ORDER BY arrival_at, kind
                                                        ROWS UNBOUNDED PRECEDING) AS BIGINT) - kind ELSE 0 END AS nth
    FROM placed WHERE open IS NOT NULL OR NOT is_known
), stretch AS (
    SELECT service_on, ends_at AS shut_at, nth, is_known, min(arrival_at) FILTER (kind = 0) AS begins_at,
           least(coalesce(min(arrival_at) FILTER (kind = 1), numbered.ends_at), $cut_off_at) AS ends_at,
           arg_min({source: source, call_id: call_id, queue: queue, customer_type: customer_type, topic: topic},
                   {came_at: arrival_at, source: source, call_id: call_id}) FILTER (kind = 0) AS first,
           count(*) FILTER (kind = 0) AS call_count, max(load_id) AS load_id
    FROM numbered GROUP BY service_on, numbered.ends_at, nth, is_known
)
SELECT first.source AS item_source, first.call_id AS item_id, begins_at AS arrival_at, service_on,
       first.queue AS queue, CAST(NULL AS VARCHAR) AS agent_id, CAST(NULL AS VARCHAR) AS customer_id,
       first.customer_type AS customer_type, first.topic AS topic, load_id, CAST(NULL AS VARCHAR) AS outside,
       is_known, begins_at, ends_at, seconds_between(begins_at, ends_at) AS silent_s, call_count
FROM stretch
WHERE begins_at IS NOT NULL
QUALIFY silent_s >= $at_least_min * 60
     OR row_number() OVER (PARTITION BY service_on, shut_at ORDER BY ends_at - begins_at DESC, begins_at) = 1
