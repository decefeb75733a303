-- item_thread: one row an email thread, from its first inbound message to its first reply (metrics.md, section 5).
-- Auto-acknowledgements, out-of-office notes and bounces never start or stop a clock.
WITH mail AS (
    SELECT m.*, l.thread_id, NOT coalesce(m.automatic, false) AS is_ours,
           row_number() OVER (PARTITION BY m.source, l.thread_id ORDER BY m."at", m.direction = 'out', m.message_id) AS place
    FROM ($latest) m JOIN item_mail_link l ON l.source = m.source AND l.message_id = m.message_id
), moved AS (
    -- the queue that the thread was in before this mail: every mail may name its queue, and that alone is no transfer
    SELECT *, lag(queue IGNORE NULLS) OVER (PARTITION BY source, thread_id ORDER BY place) AS queue_before FROM mail
), thread AS (
    SELECT source, thread_id,
           min("at")                                                             AS first_at,
           max("at")                                                             AS last_at,
           arg_min(direction, place) FILTER (is_ours)                            AS first_direction,
           arg_min(list_append(coalesce(refs, []), in_reply_to), place) FILTER (is_ours) AS first_names,
           min("at") FILTER (is_ours AND direction = 'in')                       AS asked_at,
           arg_min(message_id, place) FILTER (is_ours AND direction = 'in')      AS asked_id,
           arg_min(customer_id, place) AS customer_id, arg_min(queue, place) AS queue,
           arg_min(topic, place) AS topic, arg_min(order_id, place) AS order_id, arg_max(resolved, place) AS resolved,
           list_sort(list(DISTINCT queue) FILTER (queue <> queue_before))        AS later_queues,
           max("at") FILTER (is_ours AND direction = 'out')                      AS last_reply_at,
           arg_max(agent_id, place) FILTER (is_ours AND direction = 'out')       AS last_agent_id,
           count(*) FILTER (is_ours AND direction = 'out')                       AS reply_count,
           list({replied_at: "at", agent_id: agent_id, names: list_distinct(list_append(coalesce(refs, []), in_reply_to))}
                ORDER BY place) FILTER (is_ours AND direction = 'out')           AS replies,
           bool_or(contradicting) AS contradicting, coalesce(bool_or(ambiguous_time), false) AS ambiguous_time,
           max(load_id) AS load_id
    FROM moved GROUP BY source, thread_id
)
SELECT * EXCLUDE (replies, first_direction, first_names),
       -- a reply stamped before the question it names began nothing
       CASE WHEN list_contains(first_names, asked_id) THEN 'in' ELSE first_direction END                  AS begun_by,
       list_filter(replies, lambda r: r.replied_at >= asked_at)[1]                                        AS reply,
       list_transform(replies, lambda r: r.replied_at)                                                    AS replied_ats,
       -- a reply that names its question and is stamped before it
       coalesce(len(list_filter(replies, lambda r: r.replied_at < asked_at AND list_contains(r.names, asked_id))) > 0, false)
                                                                                                          AS is_negative
FROM thread
