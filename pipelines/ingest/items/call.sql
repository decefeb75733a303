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
), several_legs AS (
    SELECT source, call_id,
           arg_min(direction, place) AS direction, arg_min(customer_id, place) AS customer_id,
           arg_min(customer_type, place) AS customer_type, arg_min(topic, place) AS topic,
           arg_min(order_id, place) AS order_id, arg_min(language, place) AS language,
           arg_min(queue, place) AS queue,
           -- of whoever answered first; a leg that rang out or a menu before it answered nothing
           coalesce(arg_min(agent_id, place) FILTER (outcome = 'answered'), arg_min(agent_id, place)) AS agent_id,
           min(arrived_at) AS arrived_at, min(queued_at) AS queued_at, min(answered_at) AS answered_at,
           max(ended_at) AS ended_at,
           CASE WHEN bool_or(outcome = 'answered') THEN 'answered' ELSE arg_max(outcome, place) END AS outcome,
           CAST(NULL AS DECIMAL(18, 6)) AS wait_s, false AS wait_from_log,
           CAST(NULL AS DECIMAL(18, 6)) AS talk_s, CAST(NULL AS DECIMAL(18, 6)) AS hold_s, CAST(NULL AS DECIMAL(18, 6)) AS wrap_s,
           arg_max(resolved, place) AS resolved, bool_or(contradicting) AS contradicting,
           coalesce(bool_or(ambiguous_time), false) AS ambiguous_time, max(load_id) AS load_id, count(*) AS leg_count,
           list({leg_id: leg_id, queue: queue, agent_id: agent_id, arrived_at: arrived_at, queued_at: queued_at,
                 answered_at: answered_at, ended_at: ended_at, outcome: outcome, wait_s: wait_s, talk_s: talk_s,
                 hold_s: hold_s, wrap_s: wrap_s, place: place} ORDER BY place, leg_id) AS legs
    FROM measured_leg SEMI JOIN several USING (source, call_id)
    GROUP BY source, call_id
)
SELECT source, call_id, direction, customer_id, customer_type, topic, order_id, language, queue, agent_id, arrived_at,
       queued_at, answered_at, ended_at, outcome, wait_s, wait_from_log, talk_s, hold_s, wrap_s, resolved, contradicting,
       coalesce(ambiguous_time, false) AS ambiguous_time, load_id, 1 AS leg_count, NULL AS legs
FROM measured_leg ANTI JOIN several USING (source, call_id)
UNION ALL BY NAME
SELECT * FROM several_legs
