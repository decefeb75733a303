-- item_session: one row a chat session, with the clock of its first response for each agreed start (metrics.md, section 4).
-- A person's line is typed by an agent's act: no greeting, auto-reply, bot, system line or private note.
WITH event AS (
    SELECT *, kind = 'line' AND author = 'agent' AND NOT coalesce(automatic, false) AND NOT coalesce(private, false) AS is_human,
           kind = 'line' AND author = 'customer'                                                                     AS is_customer,
           -- same instant: sequence number, else customer before agent
           row_number() OVER (PARTITION BY source, session_id ORDER BY "at", seq NULLS FIRST, author = 'agent', event_id) AS place
    FROM ($latest)
), session AS (
    SELECT source, session_id,
           arg_min(customer_id, place) AS customer_id, arg_min(customer_type, place) AS customer_type,
           arg_min(topic, place) AS topic, arg_min(order_id, place) AS order_id, arg_min(queue, place) AS queue,
           arg_max(resolved, place) AS resolved,
           list_sort(list(DISTINCT queue) FILTER (kind IN ('transfer', 'handoff') AND queue IS NOT NULL)) AS later_queues,
           count(*) FILTER (kind = 'transfer')                            AS transfer_count,
           min("at")                                                      AS first_at,
           min("at") FILTER (kind = 'opened')                             AS opened_at,
           arg_min(author, place) FILTER (kind = 'opened')                AS opened_by,
           min("at") FILTER (kind = 'request')                            AS requested_at,
           arg_min(seq, place) FILTER (kind = 'request')                  AS requested_seq,
           min("at") FILTER (kind = 'handoff')                            AS handed_off_at,
           arg_min(seq, place) FILTER (kind = 'handoff')                  AS handed_off_seq,
           min("at") FILTER (is_customer)                                 AS first_line_at,
           arg_min(seq, place) FILTER (is_customer)                       AS first_line_seq,
           -- a bot that speaks only after a person did not hand the session over
           coalesce(min(place) FILTER (author = 'bot') < min(place) FILTER (is_human), bool_or(author = 'bot')) AS has_bot,
           count(*) FILTER (is_human)                                     AS human_line_count,
           arg_min(agent_id, place) FILTER (is_human)                     AS first_agent_id,
           arg_max(agent_id, place) FILTER (is_human)                     AS last_agent_id,
           -- a departure is the customer's
           list({left_at: "at", seq: seq, place: place} ORDER BY place)
               FILTER (kind = 'left' OR (kind = 'closed' AND author = 'customer'))       AS departures,
           max(place) FILTER (is_customer OR kind = 'request')                           AS last_wanted,
           list("at" ORDER BY "at") FILTER (kind = 'closed' AND author IS DISTINCT FROM 'customer') AS closed_ats,
           max("at")                                                      AS last_at,
           max("at") FILTER (is_human)                                    AS last_human_at,
           list({typed_at: "at", seq: seq, agent_id: agent_id} ORDER BY place) FILTER (is_human) AS human_lines,
           bool_or(contradicting) AS contradicting, coalesce(bool_or(ambiguous_time), false) AS ambiguous_time,
           max(load_id) AS load_id
    FROM event GROUP BY source, session_id
), asked AS (
    SELECT *,
           -- final: whoever writes again has not left
           list_filter(departures, lambda one: one.place > coalesce(last_wanted, 0))[1] AS departure,
           -- opened there: no bot and no request, so that its opening is the request
           coalesce(requested_at, handed_off_at, CASE WHEN NOT has_bot THEN coalesce(opened_at, first_at) END) AS request_at,
           CASE WHEN requested_at IS NOT NULL THEN requested_seq WHEN handed_off_at IS NOT NULL THEN handed_off_seq END AS request_seq
    FROM session
), clocked AS (
    SELECT *,
           {asked_at: greatest(request_at, first_line_at),
            seq: CASE WHEN request_at > first_line_at THEN request_seq ELSE first_line_seq END} AS by_request,
           {asked_at: greatest(coalesce(handed_off_at, request_at), first_line_at),
            seq: CASE WHEN coalesce(handed_off_at, request_at) > first_line_at THEN coalesce(handed_off_seq, request_seq)
                      ELSE first_line_seq END} AS by_handoff,
           {asked_at: greatest(coalesce(opened_at, first_at), first_line_at), seq: first_line_seq} AS by_opening
    FROM asked
)
SELECT * EXCLUDE (by_request, by_handoff, by_opening, human_lines, requested_seq, handed_off_seq, first_line_seq, request_seq,
                  departures, departure, last_wanted, closed_ats),
       departure.left_at AS left_at, departure.seq AS left_seq,
       {asked_at: by_request.asked_at, answer: first_answer(human_lines, by_request, departure),
        is_negative: is_answered_before(human_lines, by_request),
        closed_at: first_closing(closed_ats, coalesce(by_request.asked_at, first_line_at))} AS request,
       {asked_at: by_handoff.asked_at, answer: first_answer(human_lines, by_handoff, departure),
        is_negative: is_answered_before(human_lines, by_handoff),
        closed_at: first_closing(closed_ats, coalesce(by_handoff.asked_at, first_line_at))} AS handoff,
       {asked_at: by_opening.asked_at, answer: first_answer(human_lines, by_opening, departure),
        is_negative: is_answered_before(human_lines, by_opening),
        closed_at: first_closing(closed_ats, coalesce(by_opening.asked_at, first_line_at))} AS opening
FROM clocked
