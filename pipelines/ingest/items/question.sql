-- item_question: rounds of an email thread, one row a round: consecutive inbound messages up to a person's first reply
-- (metrics.md, section 5). Automatic mails neither begin nor end a round; replies before the first message answer nothing.
WITH mail AS (
    SELECT m.source, l.thread_id, m.message_id, m."at", m.direction, m.agent_id,
           list_append(coalesce(m.refs, []), m.in_reply_to) AS names,
           row_number() OVER (PARTITION BY m.source, l.thread_id ORDER BY m."at", m.direction = 'out', m.message_id) AS place
    FROM ($latest) m JOIN item_mail_link l ON l.source = m.source AND l.message_id = m.message_id
    WHERE NOT coalesce(m.automatic, false)
), turned AS (
    SELECT *, direction = 'in' AND lag(direction, 1, 'out') OVER in_order = 'out' AS begins
    FROM mail WINDOW in_order AS (PARTITION BY source, thread_id ORDER BY place)
), numbered AS (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY source, thread_id ORDER BY place) AS question_no FROM turned
), naming AS (
    SELECT DISTINCT source, thread_id, "at" AS replied_at, unnest(names) AS message_id FROM mail WHERE direction = 'out'
), first_named AS (
    SELECT source, thread_id, question_no, min(naming.replied_at) AS replied_at
    FROM numbered JOIN naming USING (source, thread_id, message_id)
    WHERE direction = 'in' GROUP BY source, thread_id, question_no
), question AS (
    SELECT source, thread_id, question_no,
           min("at") FILTER (direction = 'in')               AS asked_at,
           min("at") FILTER (direction = 'out')              AS replied_at,
           arg_min(agent_id, place) FILTER (direction = 'out') AS agent_id
    FROM numbered WHERE question_no > 0 GROUP BY source, thread_id, question_no
)
SELECT source, thread_id, CAST(question_no AS BIGINT) AS question_no, asked_at, question.replied_at, agent_id,
       -- a reply that names a message of the question and is stamped before it
       coalesce(first_named.replied_at < asked_at, false) AS is_negative
FROM question LEFT JOIN first_named USING (source, thread_id, question_no)
