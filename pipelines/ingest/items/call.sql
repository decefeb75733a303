-- item_call: one row a call, assembled from its legs. Nearly every call has one leg: those pass straight through.
WITH leg AS (
    $latest
), several AS (
    SELECT source, call_id FROM leg GROUP BY source, call_id HAVING count(*) > 1
), measured_leg AS (
    -- the wait is the log's own figure where it gives one, else from the two instants
    SELECT * REPLACE (coalesce(wait_s, CASE outcome WHEN 'answered'  THEN seconds_between(queued_at, answered_at)
                                                    WHEN 'abandoned' THEN seconds_between(queued_at, ended_at) END) AS wait_s),
           wait_s IS NOT NULL              AS wait_from_log,
           coalesce(queued_at, arrived_at) AS place
    FROM leg
), placed_leg AS (
    -- legs in order of time; of two at one instant the lesser number is the first, so that no order of loading shows
    SELECT *, row_number() OVER (PARTITION BY source, call_id ORDER BY place, leg_id) AS nth
    FROM measured_leg SEMI JOIN several USING (source, call_id)
), several_legs AS (
    SELECT source, call_id,
           arg_min(direction, nth) AS direction, arg_min(customer_id, nth) AS customer_id,
           arg_min(customer_type, nth) AS customer_type, arg_min(topic, nth) AS topic,
           arg_min(order_id, nth) AS order_id, arg_min(language, nth) AS language,
           arg_min(queue, nth) AS queue,
           -- of whoever answered first; a leg that rang out or a menu before it answered nothing
           coalesce(arg_min(agent_id, nth) FILTER (outcome = 'answered'), arg_min(agent_id, nth)) AS agent_id,
           min(arrived_at) AS arrived_at, min(queued_at) AS queued_at, min(answered_at) AS answered_at,
           max(ended_at) AS ended_at,
           CASE WHEN bool_or(outcome = 'answered') THEN 'answered' ELSE arg_max(outcome, nth) END AS outcome,
           CAST(NULL AS DECIMAL(18, 6)) AS wait_s, false AS wait_from_log,
           CAST(NULL AS DECIMAL(18, 6)) AS talk_s, CAST(NULL AS DECIMAL(18, 6)) AS hold_s, CAST(NULL AS DECIMAL(18, 6)) AS wrap_s,
           arg_max(resolved, nth) AS resolved,
           arg_min(callback_promised_at, nth) AS callback_promised_at, min(callback_reached_at) AS callback_reached_at,
           bool_or(contradicting) AS contradicting,
           coalesce(bool_or(ambiguous_time), false) AS ambiguous_time, max(load_id) AS load_id, count(*) AS leg_count,
           CAST(NULL AS VARCHAR) AS leg_id,
           -- what a leg says of the same as its call has names of its own
           list({leg_id: leg_id, nth: nth, leg_direction: direction, queue: queue, agent_id: agent_id, arrived_at: arrived_at,
                 queued_at: queued_at, answered_at: answered_at, ended_at: ended_at, outcome: outcome, wait_s: wait_s,
                 wait_from_log: wait_from_log, talk_s: talk_s, hold_s: hold_s, wrap_s: wrap_s,
                 promised_at: callback_promised_at, reached_at: callback_reached_at, leg_contradicts: contradicting,
                 leg_is_ambiguous: ambiguous_time, leg_resolved: resolved, place: place} ORDER BY nth) AS legs
    FROM placed_leg
    GROUP BY source, call_id
)
SELECT source, call_id, leg_id, direction, customer_id, customer_type, topic, order_id, language, queue, agent_id, arrived_at,
       queued_at, answered_at, ended_at, outcome, wait_s, wait_from_log, talk_s, hold_s, wrap_s, resolved,
       callback_promised_at, callback_reached_at, contradicting,
       coalesce(ambiguous_time, false) AS ambiguous_time, load_id, 1 AS leg_count, NULL AS legs
FROM measured_leg ANTI JOIN several USING (source, call_id)
UNION ALL BY NAME
SELECT * FROM several_legs
