-- item_round: consecutive lines of the customer up to a person's first line (metrics.md, section 4).
-- Bot lines and transfers do not split a round; lines of a person before the customer's first line answer nothing.
-- A closing before the round's first line did not end it: the customer wrote again.
WITH event AS (
    $latest
), closing AS (
    SELECT source, session_id, list("at" ORDER BY "at") AS closed_ats
    FROM event WHERE kind = 'closed' AND author IS DISTINCT FROM 'customer' GROUP BY source, session_id
), line AS (
    SELECT source, session_id, "at", seq, agent_id, author,
           row_number() OVER (PARTITION BY source, session_id ORDER BY "at", seq NULLS FIRST, author = 'agent', event_id) AS place
    FROM event
    WHERE kind = 'line' AND (author = 'customer'
          OR (author = 'agent' AND NOT coalesce(automatic, false) AND NOT coalesce(private, false)))
), turned AS (
    SELECT *, author = 'customer' AND lag(author, 1, 'agent') OVER in_order = 'agent' AS begins
    FROM line WINDOW in_order AS (PARTITION BY source, session_id ORDER BY place)
), numbered AS (
    SELECT *, list({typed_at: "at", seq: seq}) FILTER (author = 'agent') OVER (PARTITION BY source, session_id) AS human_lines,
           count(*) FILTER (begins) OVER (PARTITION BY source, session_id ORDER BY place) AS round_no FROM turned
), round AS (
    SELECT source, session_id, CAST(round_no AS BIGINT) AS round_no,
           min("at") FILTER (author = 'customer')          AS started_at,
           min("at") FILTER (author = 'agent')             AS answered_at,
           arg_min({agent_id: agent_id, seq: seq}, place) FILTER (author = 'agent') AS answer,
           -- the person's line that follows the question by its number bears an earlier time
           is_answered_before(any_value(human_lines),
               {asked_at: min("at") FILTER (author = 'customer'), seq: arg_min(seq, place) FILTER (author = 'customer')}) AS is_negative
    FROM numbered
    WHERE round_no > 0
    GROUP BY source, session_id, round_no
)
SELECT round.* EXCLUDE (answer), answer.agent_id AS agent_id, answer.seq AS answered_seq,
       first_closing(closed_ats, started_at) AS closed_at
FROM round LEFT JOIN closing USING (source, session_id)
