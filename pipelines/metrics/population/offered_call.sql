-- offered_call: calls that entered a human queue of the contract, one row a call (metrics.md, section 3).
-- Legs outside the contract are dropped first, so that each contract sees one offered call with its own wait. A transfer
-- between queues is one offered call; its wait runs from the first entry to the first human answer. A call-back is offered
-- however it left the queue.
-- place: coalesce(queued_at, arrived_at)
-- channel: phone
-- option: retries_merge_min 0
-- option: period_by arrival
-- option: answer_within_s 0
-- limit: answer_within_s
-- period due: due_at
-- period end: over_at
WITH known AS NOT MATERIALIZED (
    -- an attempt before the period or after it may be of the same chain: then what is known of the caller is read too
    SELECT * FROM item_call
    WHERE coalesce(queued_at, arrived_at) >= $since_at - CASE WHEN $retries_merge_min > 0 THEN INTERVAL 4 DAY ELSE INTERVAL 2 DAY END
      AND arrived_at < CASE WHEN $retries_merge_min > 0 THEN greatest($until_at, $cut_off_at + INTERVAL 1 MICROSECOND) ELSE $until_at END
), one_leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, queue, agent_id, arrived_at, queued_at, wait_s,
           wait_from_log, talk_s, hold_s, wrap_s, resolved, contradicting, ambiguous_time, load_id,
           CASE WHEN (outcome = 'answered' AND answered_at > $cut_off_at) OR (outcome IN ('abandoned', 'lost', 'callback') AND ended_at > $cut_off_at) THEN 'open'
                ELSE outcome END                                              AS outcome,
           answered_at, ended_at,
           -- a call is promised as the caller leaves the queue, so that nobody knows of it before
           CASE WHEN coalesce(ended_at <= $cut_off_at, true) THEN callback_promised_at END AS promised_at,
           callback_reached_at AS reached_at,
           coalesce($in_scope, false)                                         AS is_ours
    FROM known WHERE leg_count = 1
), leg AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic, load_id,
           callback_promised_at IS NOT NULL OR callback_reached_at IS NOT NULL
               OR list_contains([one.outcome FOR one IN legs], 'callback') AS has_callback,
           unnest(legs, recursive := true)
    FROM known WHERE leg_count > 1
), leg_of_contract AS (
    SELECT *, coalesce($in_scope, false) AS is_ours,
           -- the menu is no queue, and neither is the line on which the customer was called back
           (outcome <> 'ivr_only' OR promised_at IS NOT NULL OR reached_at IS NOT NULL)
               AND NOT (has_callback AND coalesce(leg_direction = 'outbound', false)) AS has_entered,
           CASE WHEN (outcome = 'answered' AND answered_at > $cut_off_at) OR (outcome IN ('abandoned', 'lost', 'callback') AND ended_at > $cut_off_at) THEN 'open'
                ELSE outcome END AS known_outcome
    FROM leg WHERE place <= $cut_off_at
), put_together AS (
    SELECT source, call_id, any_value(direction) AS direction, any_value(customer_id) AS customer_id,
           any_value(customer_type) AS customer_type, any_value(topic) AS topic,
           arg_max(leg_resolved, nth) FILTER (is_ours) AS resolved,
           bool_or(leg_contradicts) FILTER (is_ours) AS contradicting, max(load_id) AS load_id, bool_or(is_ours) AS is_ours,
           bool_or(leg_is_ambiguous) FILTER (is_ours AND has_entered)                 AS ambiguous_time,
           -- the first entry into a human queue of the contract, the first human answer there, and the last entry
           arg_min({queue: queue, arrived_at: arrived_at, queued_at: queued_at, answered: known_outcome = 'answered',
                    wait_s: wait_s, wait_from_log: wait_from_log}, nth) FILTER (is_ours AND has_entered)  AS entry,
           count(*) FILTER (is_ours AND has_entered)                                  AS entry_count,
           arg_min({agent_id: agent_id, answered_at: answered_at}, nth)
               FILTER (is_ours AND has_entered AND known_outcome = 'answered')        AS answer,
           arg_max({outcome: known_outcome, ended_at: ended_at}, nth) FILTER (is_ours AND has_entered) AS last,
           max(ended_at) FILTER (is_ours AND has_entered)                             AS ended_at,
           arg_min(queue, nth) AS first_queue, min(arrived_at) AS arrived_at,
           arg_min(promised_at, nth) FILTER (is_ours AND coalesce(ended_at <= $cut_off_at, true)) AS promised_at,
           min(reached_at) FILTER (is_ours) AS reached_at,
           bool_or(known_outcome = 'callback') FILTER (is_ours)                       AS was_callback,
           CAST(sum(talk_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS talk_s,
           CAST(sum(hold_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS hold_s,
           CAST(sum(wrap_s) FILTER (is_ours) AS DECIMAL(18, 6)) AS wrap_s
    FROM leg_of_contract GROUP BY source, call_id
), several_legs AS (
    SELECT source, call_id, direction, customer_id, customer_type, topic,
           CASE WHEN entry IS NULL THEN first_queue ELSE entry.queue END AS queue,
           answer.agent_id AS agent_id, coalesce(entry.arrived_at, arrived_at) AS arrived_at, entry.queued_at AS queued_at,
           -- the log's own figure where one entry is the whole wait; an entry whose time the log does not know has no
           -- wait, however well the later ones are timed, and neither has a call whose last leg has no end
           entry.answered OR (answer IS NULL AND entry_count = 1 AND entry.wait_from_log) AS is_whole,
           CASE WHEN is_whole THEN entry.wait_s
                WHEN answer IS NOT NULL THEN seconds_between(entry.queued_at, answer.answered_at)
                ELSE seconds_between(entry.queued_at, last.ended_at) END              AS wait_s,
           is_whole AND entry.wait_from_log                                           AS wait_from_log,
           talk_s, hold_s, wrap_s, resolved, contradicting, ambiguous_time, load_id,
           CASE WHEN answer IS NOT NULL THEN 'answered'
                WHEN was_callback THEN 'callback'
                ELSE coalesce(last.outcome, 'ivr_only') END                           AS outcome,
           answer.answered_at AS answered_at, ended_at, promised_at, reached_at, is_ours
    FROM put_together
), call AS (
    SELECT *, coalesce(queued_at, arrived_at) AS arrival_at,
           CASE WHEN reached_at <= $cut_off_at THEN reached_at END AS known_reached_at,
           outcome <> 'answered' AND (outcome = 'callback' OR promised_at IS NOT NULL OR known_reached_at IS NOT NULL) AS is_callback
    FROM (SELECT * FROM one_leg UNION ALL BY NAME SELECT * EXCLUDE (is_whole) FROM several_legs)
), candidate AS (
    SELECT *,
           CASE WHEN NOT is_ours                                                   THEN 'another contract''s queue'
                WHEN direction = 'outbound'                                        THEN 'outbound call'
                WHEN is_callback                                                   THEN NULL
                WHEN outcome = 'ivr_only'                                          THEN 'IVR only'
                WHEN outcome NOT IN ('answered', 'abandoned', 'lost', 'open')      THEN outcome
           END AS outside,
           coalesce(CASE outcome WHEN 'answered' THEN answered_at WHEN 'open' THEN NULL ELSE ended_at END,
                    CASE WHEN outcome <> 'open' THEN arrival_at + to_microseconds(CAST(wait_s * 1000000 AS BIGINT)) END) AS end_at,
           queued_at + to_microseconds(CAST($answer_within_s * 1000000.0 AS BIGINT)) AS due_at
    FROM (SELECT *, $service_on AS service_on FROM call)
    WHERE arrival_at <= $cut_off_at
), attempt AS (
    -- retries: an attempt is chained to the same caller's one before it, where that went unanswered and this one arrived
    -- at most so many minutes after it had ended. Where the log does not know the end, it was not before the arrival.
    SELECT source, call_id, customer_id, arrival_at,
           CASE WHEN epoch_us(arrival_at) - epoch_us(lag(CASE WHEN outcome NOT IN ('answered', 'open')
                                                              THEN coalesce(end_at, arrival_at) END) OVER of_caller)
                     <= $retries_merge_min * 60000000.0
                THEN NULL ELSE {source: source, call_id: call_id, arrival_at: arrival_at} END AS begins
    FROM candidate SEMI JOIN (SELECT customer_id FROM candidate WHERE outcome NOT IN ('answered', 'open')) USING (customer_id)
    WHERE $retries_merge_min > 0 AND outside IS NULL AND trim(customer_id) <> ''
    WINDOW of_caller AS (PARTITION BY customer_id ORDER BY arrival_at, source, call_id)
), retry AS (
    SELECT source, call_id, first
    FROM (SELECT source, call_id, begins,
                 last_value(begins IGNORE NULLS) OVER (PARTITION BY customer_id ORDER BY arrival_at, source, call_id) AS first
          FROM attempt)
    WHERE begins IS NULL
)
SELECT candidate.source AS item_source, candidate.call_id AS item_id, arrival_at, service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id, outside,
       outcome, wait_s, talk_s, hold_s, wrap_s, resolved,
       seconds_between(queued_at, $cut_off_at)                                 AS waited_s,
       coalesce(contradicting, false)                                          AS contradicting,
       coalesce(ambiguous_time, false)                                         AS ambiguous_time,
       coalesce(ambiguous_time, false) AND NOT wait_from_log                   AS ambiguous_wait,
       is_callback, promised_at, known_reached_at AS reached_at,
       coalesce(promised_at < $cut_off_at, false)                              AS promise_passed,
       due_at,
       CASE WHEN outcome <> 'open' THEN coalesce(end_at, due_at, arrival_at)
            WHEN due_at < $cut_off_at THEN due_at END                          AS over_at,
       coalesce(retry.first.source || '/' || retry.first.call_id,
                candidate.source || '/' || candidate.call_id)                  AS first_attempt
FROM candidate LEFT JOIN retry USING (source, call_id)
WHERE coalesce(retry.first.arrival_at, arrival_at) >= $since_at AND coalesce(retry.first.arrival_at, arrival_at) < $until_at
