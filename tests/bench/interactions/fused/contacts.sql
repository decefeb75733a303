    SELECT 'phone' AS channel, source, call_id AS contact_id, coalesce(queued_at, arrived_at) AS arrival_at,
           coalesce(ended_at, answered_at, arrived_at) AS ended_at, customer_id, topic,
           -- a flag set after the cut-off is not known
           CASE WHEN coalesce(ended_at <= $cut_off, true) THEN resolved END AS resolved,
           coalesce(ended_at > $cut_off, false) AS is_open, contradicting,
           direction = 'inbound' AND outcome <> 'ivr_only' AS is_candidate,
           direction = 'inbound' AND outcome = 'answered' AND coalesce(answered_at <= $cut_off, true) AS is_handled,
           outcome = 'answered' AS was_answered
    FROM item_call WHERE leg_count = 1
    UNION ALL
    SELECT 'phone', source, call_id, coalesce(min(place) FILTER (outcome <> 'ivr_only'), min(place)),
           max(coalesce(ended_at, answered_at, arrived_at)), any_value(customer_id), any_value(topic),
           CASE WHEN coalesce(max(ended_at) <= $cut_off, true) THEN any_value(resolved) END, coalesce(max(ended_at) > $cut_off, false),
           bool_or(contradicting), any_value(direction) = 'inbound' AND bool_or(outcome <> 'ivr_only'),
           any_value(direction) = 'inbound' AND bool_or(outcome = 'answered' AND answered_at <= $cut_off),
           bool_or(outcome = 'answered')
    FROM (SELECT source, call_id, direction, customer_id, topic, resolved, contradicting, unnest(legs, recursive := true)
          FROM item_call WHERE leg_count > 1)
    GROUP BY source, call_id
    UNION ALL
    SELECT 'chat', source, session_id, coalesce(request.asked_at, first_at), coalesce(last_human_at, last_at), customer_id, topic,
           CASE WHEN last_at <= $cut_off THEN resolved END, last_at > $cut_off, contradicting,
           opened_by IS DISTINCT FROM 'agent' AND first_line_at IS NOT NULL AND (request_at IS NOT NULL OR human_line_count > 0),
           opened_by IS DISTINCT FROM 'agent' AND first_line_at IS NOT NULL AND request_at IS NOT NULL AND human_line_count > 0
               AND coalesce(request.answer.typed_at, last_human_at) <= $cut_off,
           human_line_count > 0 AND first_line_at IS NOT NULL
    FROM item_session
    UNION ALL
    SELECT 'email', source, thread_id, coalesce(asked_at, first_at), coalesce(last_reply_at, last_at), customer_id, topic,
           CASE WHEN last_reply_at <= $cut_off THEN resolved END, coalesce(last_reply_at > $cut_off, false), contradicting,
           begun_by = 'in' AND asked_at IS NOT NULL,
           begun_by = 'in' AND reply_count > 0 AND coalesce(reply.replied_at, last_reply_at) <= $cut_off,
           reply_count > 0
    FROM item_thread
