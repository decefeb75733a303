    -- contacts of every channel that arrived in the days asked for; is_handled: a person of the contract dealt with it
    SELECT 'phone' AS channel, source, call_id AS contact_id, coalesce(queued_at, arrived_at) AS arrival_at,
           -- where no end is logged, the last instant that is known of the call stands for it
           coalesce(ended_at, answered_at, queued_at, arrived_at) AS ended_at, queue, agent_id, agent_id AS last_agent_id,
           customer_id, customer_type, topic, order_id,
           -- a flag that was set after the cut-off is not known yet
           CASE WHEN ended_at > $cut_off_at THEN NULL ELSE resolved END AS resolved,
           coalesce(ended_at > $cut_off_at, false) AS is_open,
           contradicting, load_id, CAST([] AS VARCHAR[]) AS later_queues,
           outcome = 'answered' AND coalesce(answered_at <= $cut_off_at, true)
               AND direction IS DISTINCT FROM 'outbound' AS is_handled,
           outcome = 'answered' AS was_answered
    FROM item_call
    WHERE leg_count = 1 AND coalesce(queued_at, arrived_at) >= $since_at AND coalesce(queued_at, arrived_at) < $until_at
    UNION ALL BY NAME
    -- a call of several legs belongs to the queue of its first entry in the contract; where none is, to its first
    SELECT 'phone' AS channel, source, call_id AS contact_id,
           coalesce(min(place) FILTER (is_ours), min(place)) AS arrival_at,
           coalesce(max(coalesce(ended_at, answered_at, place)) FILTER (is_ours), max(ended_at)) AS ended_at,
           coalesce(arg_min(queue, nth) FILTER (is_ours), arg_min(queue, nth)) AS queue,
           arg_min(agent_id, nth) FILTER (is_ours AND outcome = 'answered') AS agent_id,
           arg_max(agent_id, nth) FILTER (is_ours AND outcome = 'answered') AS last_agent_id,
           any_value(customer_id) AS customer_id, any_value(customer_type) AS customer_type, any_value(topic) AS topic,
           any_value(order_id) AS order_id,
           -- the contract's own legs tell: what another contract's agent flagged is that one's
           CASE WHEN max(ended_at) FILTER (is_ours) > $cut_off_at THEN NULL
                ELSE arg_max(leg_resolved, nth) FILTER (is_ours AND place <= $cut_off_at) END AS resolved,
           coalesce(max(ended_at) FILTER (is_ours) > $cut_off_at, false) AS is_open,
           coalesce(bool_or(leg_contradicts) FILTER (is_ours), false) AS contradicting, max(load_id) AS load_id,
           -- where it was passed on to: a menu before the first queue passed nothing on
           (list(queue ORDER BY nth) FILTER (place <= $cut_off_at AND outcome <> 'ivr_only'))[2:] AS later_queues,
           bool_or(is_ours AND outcome = 'answered' AND coalesce(answered_at <= $cut_off_at, true))
               AND any_value(direction) IS DISTINCT FROM 'outbound' AS is_handled,
           bool_or(is_ours AND outcome = 'answered') AS was_answered
    FROM (SELECT *, coalesce($in_scope_of_leg, false) AS is_ours
          FROM (SELECT source, call_id, direction, customer_id, customer_type, topic, order_id, load_id,
                       unnest(legs, recursive := true)
                FROM item_call WHERE leg_count > 1 AND arrived_at < $until_at AND coalesce(ended_at, arrived_at) >= $since_at))
    GROUP BY source, call_id
    HAVING coalesce(min(place) FILTER (is_ours), min(place)) >= $since_at
       AND coalesce(min(place) FILTER (is_ours), min(place)) < $until_at
    UNION ALL BY NAME
    SELECT 'chat' AS channel, source, session_id AS contact_id, coalesce(request.asked_at, first_at) AS arrival_at,
           coalesce(last_human_at, last_at) AS ended_at, queue, last_agent_id AS agent_id, last_agent_id, customer_id,
           customer_type, topic, order_id,
           CASE WHEN last_at <= $cut_off_at THEN resolved END AS resolved, last_at > $cut_off_at AS is_open,
           contradicting, load_id, coalesce(later_queues, []) AS later_queues,
           human_line_count > 0 AND coalesce(request.answer.typed_at, last_human_at) <= $cut_off_at
               AND first_line_at IS NOT NULL AND request.asked_at IS NOT NULL
               AND opened_by IS DISTINCT FROM 'agent' AS is_handled,
           human_line_count > 0 AND first_line_at IS NOT NULL AS was_answered
    FROM item_session
    WHERE coalesce(request.asked_at, first_at) >= $since_at AND coalesce(request.asked_at, first_at) < $until_at
    UNION ALL BY NAME
    SELECT 'email' AS channel, source, thread_id AS contact_id, coalesce(asked_at, first_at) AS arrival_at,
           -- the end of a thread is its last reply so far
           CASE WHEN last_reply_at > $cut_off_at THEN list_max(list_filter(replied_ats, lambda replied_at: replied_at <= $cut_off_at))
                ELSE coalesce(last_reply_at, last_at) END AS ended_at,
           queue, last_agent_id AS agent_id, last_agent_id, customer_id, CAST(NULL AS VARCHAR) AS customer_type, topic, order_id,
           CASE WHEN last_reply_at <= $cut_off_at THEN resolved END AS resolved, last_reply_at > $cut_off_at AS is_open,
           contradicting, load_id, coalesce(later_queues, []) AS later_queues,
           reply_count > 0 AND coalesce(reply.replied_at, last_reply_at) <= $cut_off_at AND begun_by = 'in' AS is_handled,
           reply_count > 0 AS was_answered
    FROM item_thread
    WHERE coalesce(asked_at, first_at) >= $since_at AND coalesce(asked_at, first_at) < $until_at
