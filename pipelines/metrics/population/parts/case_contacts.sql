of_log AS (
    -- the contacts that cases name, where a log knows them; several logs may know the number
    SELECT named.*, coalesce(queued_at, arrived_at) AS arrival_at, queue, agent_id, customer_type, topic
    FROM item_call JOIN named ON call_id = named.contact_id AND source = coalesce(named.contact_source, source)
    WHERE contact_channel = 'phone' AND leg_count = 1
    UNION ALL BY NAME
    -- a call of several legs belongs to the queue of its first entry in the contract; where none is, to its first
    SELECT contact_channel, contact_source, contact_id,
           coalesce(min(place) FILTER (is_ours), min(place)) AS arrival_at,
           coalesce(arg_min(queue, nth) FILTER (is_ours), arg_min(queue, nth)) AS queue,
           coalesce(arg_min(agent_id, nth) FILTER (is_ours AND outcome = 'answered'), any_value(first_agent_id)) AS agent_id,
           any_value(customer_type) AS customer_type, any_value(topic) AS topic
    FROM (SELECT *, coalesce($in_scope_of_leg, false) AS is_ours
          FROM (SELECT named.*, source, customer_type, topic, item_call.agent_id AS first_agent_id,
                       unnest(legs, recursive := true)
                FROM item_call JOIN named ON call_id = named.contact_id AND source = coalesce(named.contact_source, source)
                WHERE contact_channel = 'phone' AND leg_count > 1)
          WHERE place <= $cut_off_at)
    GROUP BY contact_channel, contact_source, contact_id, source
    UNION ALL BY NAME
    SELECT named.*, coalesce(request.asked_at, first_at) AS arrival_at, queue, last_agent_id AS agent_id, customer_type, topic
    FROM item_session JOIN named ON session_id = named.contact_id AND source = coalesce(named.contact_source, source)
    WHERE contact_channel = 'chat'
    UNION ALL BY NAME
    SELECT named.*, coalesce(asked_at, first_at) AS arrival_at, queue, last_agent_id AS agent_id, topic
    FROM item_thread JOIN named ON thread_id = named.contact_id AND source = coalesce(named.contact_source, source)
    WHERE contact_channel = 'email'
), contacted AS (
    SELECT contact_channel, coalesce(contact_source, '') AS contact_source, contact_id, min(arrival_at) AS arrival_at,
           arg_min(queue, arrival_at) AS queue, arg_min(agent_id, arrival_at) AS agent_id,
           arg_min(customer_type, arrival_at) AS customer_type, arg_min(topic, arrival_at) AS topic
    FROM of_log WHERE arrival_at <= $cut_off_at  -- what lies after it is unknown, whose the case is too
    GROUP BY ALL
)
