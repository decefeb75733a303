-- call_leg: the legs of calls, one row a leg (metrics.md, section 3). A leg counts in the period of its call's entry into the
-- contract; a call that never entered has its arrival there.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
WITH known AS NOT MATERIALIZED (
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - INTERVAL 2 DAY AND arrived_at < $until_at
), one_leg AS (
    SELECT source, call_id, leg_id, direction, customer_id, customer_type, topic, queue, agent_id, outcome, answered_at, ended_at,
           talk_s, hold_s, wrap_s, contradicting, load_id,
           coalesce(queued_at, arrived_at)                                    AS arrival_at,
           coalesce($in_scope, false)                                         AS is_ours
    FROM known WHERE leg_count = 1
), leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, load_id, unnest(legs, recursive := true)
    FROM known WHERE leg_count > 1
), leg_of_contract AS (
    SELECT *, coalesce($in_scope, false) AS is_ours FROM leg WHERE place <= $cut_off_at
), several_legs AS (
    SELECT source, call_id, leg_id, direction, customer_id, customer_type, topic, queue, agent_id, outcome, answered_at, ended_at,
           talk_s, hold_s, wrap_s, leg_contradicts AS contradicting, load_id,
           coalesce(min(place) FILTER (is_ours AND outcome <> 'ivr_only') OVER of_call, min(arrived_at) OVER of_call) AS arrival_at,
           is_ours
    FROM leg_of_contract
    WINDOW of_call AS (PARTITION BY source, call_id)
), every_leg AS (
    SELECT *, coalesce(outcome = 'open' OR (outcome IN ('answered', 'abandoned', 'lost', 'callback')
                                            AND coalesce(ended_at, answered_at) > $cut_off_at), false) AS is_open
    FROM (SELECT * FROM one_leg UNION ALL BY NAME SELECT * FROM several_legs)
)
SELECT source AS item_source, call_id || '#' || leg_id AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT is_ours                              THEN 'another contract''s queue'
            WHEN direction = 'outbound'                   THEN 'outbound call'
            WHEN outcome <> 'answered' AND NOT is_open    THEN 'not handled'
       END AS outside,
       is_open, talk_s, hold_s, wrap_s, coalesce(contradicting, false) AS contradicting
FROM every_leg
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
