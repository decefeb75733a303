-- offered_call: calls that entered a human queue of the contract, one row a call (metrics.md, section 3).
-- Legs outside the contract are dropped first, so that each contract sees one offered call with its own wait. A transfer
-- between queues is one offered call; its wait runs from the first entry to the first human answer.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
WITH known AS NOT MATERIALIZED (
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - INTERVAL 2 DAY AND arrived_at < $until_at
), one_leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, queue, agent_id, arrived_at, queued_at, wait_s,
           wait_from_log, talk_s, hold_s, wrap_s, resolved, contradicting, ambiguous_time, load_id,
           CASE WHEN outcome IN ('answered', 'abandoned', 'lost') AND coalesce(answered_at, ended_at) > $cut_off_at THEN 'open'
                ELSE outcome END                                              AS outcome,
           coalesce($in_scope, false)                                         AS is_ours
    FROM known WHERE leg_count = 1
), leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, resolved, contradicting, ambiguous_time, load_id,
           unnest(legs, recursive := true)
    FROM known WHERE leg_count > 1
), leg_of_contract AS (
    SELECT *, coalesce($in_scope, false) AS is_ours, outcome <> 'ivr_only' AS has_entered,
           CASE WHEN outcome IN ('answered', 'abandoned', 'lost') AND coalesce(answered_at, ended_at) > $cut_off_at THEN 'open'
                ELSE outcome END AS known_outcome
    FROM leg WHERE place <= $cut_off_at
), put_together AS (
    SELECT source, call_id, any_value(direction) AS direction, any_value(customer_id) AS customer_id,
           any_value(customer_type) AS customer_type, any_value(topic) AS topic, any_value(resolved) AS resolved,
           bool_or(contradicting) AS contradicting, bool_or(ambiguous_time) AS ambiguous_time, max(load_id) AS load_id,
           bool_or(is_ours) AS is_ours,
           -- the first entry into a human queue of the contract, the first human answer there, and the last entry
           arg_min({queue: queue, arrived_at: arrived_at, queued_at: queued_at, answered: known_outcome = 'answered',
                    wait_s: wait_s}, place) FILTER (is_ours AND has_entered)          AS entry,
           arg_min({agent_id: agent_id, answered_at: answered_at}, place)
               FILTER (is_ours AND known_outcome = 'answered')                        AS answer,
           arg_max(known_outcome, place) FILTER (is_ours AND has_entered)             AS last_outcome,
           max(ended_at) FILTER (is_ours AND has_entered)                             AS ended_at,
           arg_min(queue, place) AS first_queue, min(arrived_at) AS arrived_at,
           CAST(sum(talk_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS talk_s,
           CAST(sum(hold_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS hold_s,
           CAST(sum(wrap_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS wrap_s
    FROM leg_of_contract GROUP BY source, call_id
), several_legs AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, coalesce(entry.queue, first_queue) AS queue,
           answer.agent_id AS agent_id, coalesce(entry.arrived_at, arrived_at) AS arrived_at, entry.queued_at AS queued_at,
           -- an entry whose time the log does not know has no wait, however well the later ones are timed
           CASE WHEN entry.answered THEN entry.wait_s
                WHEN answer IS NOT NULL THEN seconds_between(entry.queued_at, answer.answered_at)
                ELSE seconds_between(entry.queued_at, ended_at) END                   AS wait_s,
           false AS wait_from_log, talk_s, hold_s, wrap_s, resolved, contradicting, ambiguous_time, load_id,
           CASE WHEN answer IS NOT NULL THEN 'answered' ELSE coalesce(last_outcome, 'ivr_only') END AS outcome,
           is_ours
    FROM put_together
), call AS (
    SELECT *, coalesce(queued_at, arrived_at) AS arrival_at
    FROM (SELECT * FROM one_leg UNION ALL BY NAME SELECT * FROM several_legs)
)
SELECT call.source AS item_source, call.call_id AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT is_ours                                                   THEN 'another contract''s queue'
            WHEN direction = 'outbound'                                        THEN 'outbound call'
            WHEN outcome = 'ivr_only'                                          THEN 'IVR only'
            WHEN outcome NOT IN ('answered', 'abandoned', 'lost', 'open')      THEN outcome
       END AS outside,
       outcome, wait_s, talk_s, hold_s, wrap_s, resolved,
       seconds_between(queued_at, $cut_off_at)                                 AS waited_s,
       coalesce(contradicting, false)                                          AS contradicting,
       coalesce(ambiguous_time, false) AND NOT wait_from_log                   AS ambiguous_wait
FROM call
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
