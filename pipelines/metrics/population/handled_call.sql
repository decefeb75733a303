-- handled_call: calls that a person of the contract answered, one row a call, with what its answered legs took together.
-- Legs outside the contract are dropped first, as in offered_call; the call is of the period and queue of its first entry. A
-- part that some answered leg does not give is missing of the whole call: nothing is billed that no log says.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
WITH known AS NOT MATERIALIZED (
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - INTERVAL 2 DAY AND arrived_at < $until_at
), one_leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, queue, agent_id, outcome, answered_at, ended_at,
           talk_s, hold_s, wrap_s, contradicting, load_id, coalesce(queued_at, arrived_at) AS arrival_at,
           coalesce($in_scope, false) AS is_ours
    FROM known WHERE leg_count = 1
), leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, load_id, unnest(legs, recursive := true)
    FROM known WHERE leg_count > 1
), leg_of_contract AS (
    SELECT *, coalesce($in_scope, false) AS is_ours,
           outcome = 'answered' AND coalesce(answered_at <= $cut_off_at, true) AS is_answered
    FROM leg WHERE place <= $cut_off_at
), several_legs AS (
    SELECT source, call_id, any_value(direction) AS direction, any_value(customer_id) AS customer_id,
           any_value(customer_type) AS customer_type, any_value(topic) AS topic,
           arg_min(queue, nth) FILTER (outcome <> 'ivr_only') AS queue,
           arg_min(agent_id, nth) FILTER (is_answered) AS agent_id,
           CASE WHEN bool_or(is_answered) THEN 'answered' END AS outcome,   -- an answer after the cut-off is none yet
           min(answered_at) FILTER (is_answered) AS answered_at, max(ended_at) FILTER (is_answered) AS ended_at,
           CASE WHEN bool_and(talk_s IS NOT NULL) FILTER (is_answered)
                THEN CAST(sum(talk_s) FILTER (is_answered) AS DECIMAL(18, 6)) END AS talk_s,
           CASE WHEN bool_and(hold_s IS NOT NULL) FILTER (is_answered)
                THEN CAST(sum(hold_s) FILTER (is_answered) AS DECIMAL(18, 6)) END AS hold_s,
           CASE WHEN bool_and(wrap_s IS NOT NULL) FILTER (is_answered)
                THEN CAST(sum(wrap_s) FILTER (is_answered) AS DECIMAL(18, 6)) END AS wrap_s,
           coalesce(min(least(talk_s, hold_s, wrap_s)) FILTER (is_answered) < 0, false) AS is_negative,
           bool_or(leg_contradicts) AS contradicting, max(load_id) AS load_id,
           coalesce(min(place) FILTER (outcome <> 'ivr_only'), min(place)) AS arrival_at, true AS is_ours
    FROM leg_of_contract WHERE is_ours
    GROUP BY source, call_id
), call AS (
    SELECT *, coalesce(least(talk_s, hold_s, wrap_s) < 0, false) AS is_negative FROM one_leg
    UNION ALL BY NAME
    SELECT * FROM several_legs
)
SELECT source AS item_source, call_id AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT is_ours                        THEN 'another contract''s queue'
            WHEN outcome IS DISTINCT FROM 'answered'
              OR answered_at > $cut_off_at          THEN 'not handled'
       END AS outside,
       coalesce(direction, 'inbound') AS call_direction, coalesce(ended_at > $cut_off_at, false) AS is_open,
       talk_s, hold_s, wrap_s, is_negative, coalesce(contradicting, false) AS contradicting
FROM call
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
