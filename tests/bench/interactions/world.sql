-- A month of $n interactions, straight into the tables of items, by the clock of Shanghai; world.py says which month it is,
-- and from which number ($first) its interactions are counted. Everything hangs on hash(number, salt): the same numbers
-- are the same world.
-- What goes through the real assembly (calls of several legs, cases) is written as events first; the rest is written as items.

CREATE OR REPLACE TEMP MACRO r(i, salt, n) AS CAST(hash(i * 128 + salt) % CAST(n AS UBIGINT) AS BIGINT);
CREATE OR REPLACE TEMP MACRO expo_us(i, salt, mean_ms) AS
  CAST(-ln((r(i, salt, 1000000) + 1) / 1000001.0) * mean_ms AS BIGINT) * 1000;
CREATE OR REPLACE TEMP MACRO at_us(us) AS make_timestamptz(us);
CREATE OR REPLACE TEMP MACRO month_us() AS CAST(epoch_us(TIMESTAMPTZ '$since 00:00:00+08') AS BIGINT);
CREATE OR REPLACE TEMP MACRO cut_off_us() AS CAST(epoch_us(TIMESTAMPTZ '$until 00:00:00+08') AS BIGINT);
-- local day -1 to the month's end and one more (a few just outside of the month), most of them between two hours of the day
CREATE OR REPLACE TEMP MACRO arrival_us(i, salt, from_h, until_h, stray_percent) AS
  month_us()
  + 86400000000 * CASE WHEN r(i, salt, 1000) < 5 THEN -1 WHEN r(i, salt, 1000) < 8 THEN $days ELSE r(i, salt + 1, $days) END
  + 1000 * CASE WHEN r(i, salt + 2, 100) < stray_percent THEN r(i, salt + 3, 86400000)
                ELSE from_h * 3600000 + (r(i, salt + 3, (until_h - from_h) * 3600000)
                                       + r(i, salt + 4, (until_h - from_h) * 3600000)) // 2 END;
-- one interaction in ten is of somebody who calls again and again; one in a hundred of nobody known
CREATE OR REPLACE TEMP MACRO customer(i) AS
  CASE WHEN r(i, 101, 1000) < 10 THEN NULL
       WHEN r(i, 101, 1000) < 110 THEN 'h' || r(i, 102, $n // 2000 + 1)
       ELSE 'u' || r(i, 102, $n // 3 + 1) END;
CREATE OR REPLACE TEMP MACRO topic(i) AS
  CASE WHEN r(i, 103, 100) < 3 THEN NULL WHEN r(i, 103, 100) < 60 THEN 't' || r(i, 104, 4) ELSE 't' || r(i, 104, 20) END;
CREATE OR REPLACE TEMP MACRO resolved(i) AS
  CASE WHEN r(i, 105, 100) < 80 THEN true WHEN r(i, 105, 100) < 95 THEN false END;

INSERT INTO event_roster BY NAME
SELECT 'bench' AS source, 1 AS load_id, 'queue' AS member_kind, kind || i AS member_id,
       TIMESTAMPTZ '2024-01-01 00:00:00+08' AS since_at, 'team ' || (i % 4) AS team, 'vendor ' || (i % 2) AS vendor
FROM range(16) t(i), (VALUES ('p'), ('c'), ('m')) k(kind);

-- ---------------------------------------------------------------------------------------------------------------- calls
CREATE OR REPLACE TEMP TABLE call AS
SELECT i, 'c' || i AS call_id, r(i, 30, 100) < 3 AS has_legs,
       CASE WHEN r(i, 6, 100) = 0 THEN 'outbound' ELSE 'inbound' END AS direction,
       'p' || r(i, 7, 12) AS queue, 'a' || r(i, 8, $agents) AS agent_id,
       arrival_us(i, 1, 9, 21, 4) AS arrived_us,
       arrived_us + 3000000 + 1000 * r(i, 9, 40000) AS entered_us,
       r(i, 10, 1000) >= 5 AS has_queue_time,
       CASE WHEN r(i, 11, 10000) < 8800 THEN 'answered' WHEN r(i, 11, 10000) < 9600 THEN 'abandoned'
            WHEN r(i, 11, 10000) < 9880 THEN 'lost' WHEN r(i, 11, 10000) < 9990 THEN 'ivr_only' ELSE 'open' END AS outcome,
       CASE WHEN outcome = 'abandoned' THEN expo_us(i, 12, 35000)
            WHEN r(i, 13, 10000) < 3 THEN -1000000 - expo_us(i, 12, 3000)
            WHEN r(i, 13, 100) < 85 THEN expo_us(i, 12, 9000) ELSE expo_us(i, 12, 70000) END AS wait_us,
       expo_us(i, 14, 200000) + 20000000 AS talk_us, r(i, 15, 100) < 30 AS wait_from_log
FROM range($first, $first + $n * 30 // 100) t(i);

INSERT INTO event_call BY NAME
WITH parted AS (SELECT *, r(i, 31, 3) AS kind, entered_us + 30000000 AS second_us, expo_us(i, 32, 15000) AS second_wait_us
                FROM call WHERE has_legs),
leg AS (
    -- answered, and passed on to a second queue
    SELECT i, call_id, '1' AS leg_id, direction, queue, agent_id, arrived_us, entered_us AS queued_us,
           entered_us + abs(wait_us) AS answered_us, entered_us + abs(wait_us) + talk_us AS ended_us, 'answered' AS outcome
    FROM parted WHERE kind = 0
    UNION ALL BY NAME
    SELECT i, call_id, '2' AS leg_id, direction, 'p9' AS queue, 'a1' AS agent_id,
           entered_us + abs(wait_us) + talk_us AS arrived_us, arrived_us + 2000000 AS queued_us,
           queued_us + second_wait_us AS answered_us, queued_us + second_wait_us + talk_us AS ended_us, 'answered' AS outcome
    FROM parted WHERE kind = 0
    -- rung out in the first queue, answered or given up in a second one
    UNION ALL BY NAME
    SELECT i, call_id, '1' AS leg_id, direction, queue, CAST(NULL AS VARCHAR) AS agent_id, arrived_us,
           entered_us AS queued_us, CAST(NULL AS BIGINT) AS answered_us, second_us AS ended_us, 'lost' AS outcome
    FROM parted WHERE kind = 1
    UNION ALL BY NAME
    SELECT i, call_id, '2' AS leg_id, direction, 'p10' AS queue, CASE WHEN i % 5 > 0 THEN 'a2' END AS agent_id,
           second_us AS arrived_us, second_us AS queued_us,
           CASE WHEN i % 5 > 0 THEN second_us + second_wait_us END AS answered_us,
           second_us + second_wait_us + CASE WHEN i % 5 > 0 THEN talk_us ELSE 0 END AS ended_us,
           CASE WHEN i % 5 > 0 THEN 'answered' ELSE 'abandoned' END AS outcome
    FROM parted WHERE kind = 1
    -- a menu that the log keeps as a leg of its own, then the call
    UNION ALL BY NAME
    SELECT i, call_id, '1' AS leg_id, direction, CAST(NULL AS VARCHAR) AS queue, CAST(NULL AS VARCHAR) AS agent_id,
           arrived_us, CAST(NULL AS BIGINT) AS queued_us, CAST(NULL AS BIGINT) AS answered_us, entered_us AS ended_us,
           'ivr_only' AS outcome
    FROM parted WHERE kind = 2
    UNION ALL BY NAME
    SELECT i, call_id, '2' AS leg_id, direction, queue, CASE WHEN outcome = 'answered' THEN agent_id END AS agent_id,
           entered_us AS arrived_us, CASE WHEN has_queue_time THEN entered_us END AS queued_us,
           CASE WHEN outcome = 'answered' THEN entered_us + abs(wait_us) END AS answered_us,
           CASE WHEN outcome <> 'open' THEN entered_us + abs(wait_us) + CASE WHEN outcome = 'answered' THEN talk_us ELSE 0 END
           END AS ended_us, outcome
    FROM parted WHERE kind = 2
)
SELECT 'pbx' AS source, 1 AS load_id, call_id, leg_id, direction, queue, agent_id, customer(i) AS customer_id,
       topic(i) AS topic, at_us(arrived_us) AS arrived_at, at_us(queued_us) AS queued_at, at_us(answered_us) AS answered_at,
       at_us(ended_us) AS ended_at, outcome, resolved(i) AS resolved
FROM leg;

INSERT INTO item_call BY NAME
SELECT 'pbx' AS source, call_id, direction, queue, CASE WHEN outcome = 'answered' THEN agent_id END AS agent_id,
       customer(i) AS customer_id, topic(i) AS topic, at_us(arrived_us) AS arrived_at,
       at_us(CASE WHEN has_queue_time AND outcome <> 'ivr_only' THEN entered_us END) AS queued_at,
       at_us(CASE WHEN outcome = 'answered' THEN entered_us + wait_us END) AS answered_at,
       at_us(CASE outcome WHEN 'answered' THEN entered_us + wait_us + talk_us WHEN 'abandoned' THEN entered_us + wait_us
                          WHEN 'lost' THEN entered_us + 60000000 WHEN 'ivr_only' THEN entered_us END) AS ended_at,
       outcome,
       CASE WHEN has_queue_time AND outcome IN ('answered', 'abandoned')
            THEN CAST(CAST(wait_us AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6)) END AS wait_s,
       wait_from_log AND wait_s IS NOT NULL AS wait_from_log,
       CASE WHEN outcome = 'answered' THEN CAST(CAST(talk_us AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6)) END AS talk_s,
       CASE WHEN outcome = 'answered' THEN resolved(i) END AS resolved, r(i, 16, 10000) < 5 AS contradicting,
       r(i, 17, 10000) = 0 AS ambiguous_time, 1 AS load_id, 1 AS leg_count
FROM call WHERE NOT has_legs;

DROP TABLE call;

-- ---------------------------------------------------------------------------------------------------------------- chats
CREATE OR REPLACE TEMP MACRO answer_delay_us(i, salt) AS
  CASE WHEN r(i, salt, 100) < 82 THEN expo_us(i, salt + 1, 12000) WHEN r(i, salt, 100) < 96 THEN expo_us(i, salt + 1, 60000)
       ELSE expo_us(i, salt + 1, 700000) END + 1000000;
-- nearly everybody who writes at night is answered in the morning, at eight or soon after
CREATE OR REPLACE TEMP MACRO answered_us(i, salt, asked_us) AS
  CASE WHEN (asked_us - month_us() + 86400000000) % 86400000000 BETWEEN 8 * 3600000000 AND 23 * 3600000000 - 1
            OR r(i, salt + 2, 10) < 2 THEN asked_us + answer_delay_us(i, salt)
       ELSE month_us() - 86400000000 + ((asked_us - month_us() + 86400000000 + 3600000000) // 86400000000) * 86400000000
            + 8 * 3600000000 + expo_us(i, salt + 1, 200000) END;
CREATE OR REPLACE TEMP MACRO think_us(i, salt) AS expo_us(i, salt, 25000) + 1000000;

-- step by step: an alias used three times in one SELECT would be worked out three times, and so on through six rounds
CREATE OR REPLACE TEMP TABLE chat AS
WITH opened AS (
    SELECT i, CASE WHEN r(i, 10, 10000) < 100 THEN 'silent' WHEN r(i, 10, 10000) < 200 THEN 'agent-opened'
                   WHEN r(i, 10, 10000) < 700 THEN 'bot only' WHEN r(i, 10, 10000) < 705 THEN 'no request' ELSE 'routed' END AS kind,
           arrival_us(i, 1, 8, 23, 5) AS opened_us
    FROM range($first, $first + $n * 55 // 100) t(i)
), asking AS (
    SELECT *, kind IN ('bot only', 'no request') OR (kind = 'routed' AND r(i, 11, 100) < 40) AS has_bot,
           CASE WHEN kind <> 'silent' THEN opened_us + 1000 * r(i, 12, 30000) END AS line_us,
           -- answered first, and how often the customer writes again after an answer
           kind NOT IN ('silent', 'bot only') AND r(i, 14, 100) < 93 AS is_answered,
           CASE WHEN kind = 'silent' THEN 0 WHEN kind = 'bot only' OR r(i, 14, 100) >= 93 THEN 1
                ELSE 1 + CAST(r(i, 15, 100) < 80 AS INTEGER) * (1 + CAST(r(i, 16, 5) AS INTEGER)) END AS round_count
    FROM opened
), requested AS (
    SELECT *, CASE WHEN kind IN ('bot only', 'no request') THEN NULL WHEN has_bot THEN line_us + 5000000 + 1000 * r(i, 13, 150000)
                   ELSE opened_us END AS request_us,
           round_count > 1 AND r(i, 17, 100) < 5 AS is_last_unanswered
    FROM asking
), asked AS (
    SELECT *, CASE WHEN kind <> 'silent' THEN greatest(line_us, request_us) END AS asked_us FROM requested
), answer1 AS (
    SELECT *, CASE WHEN is_answered THEN answered_us(i, 20, asked_us) END AS a1 FROM asked
), round2 AS (
    SELECT *, CASE WHEN round_count >= 2 THEN a1 + think_us(i, 23) END AS s2 FROM answer1
), answer2 AS (
    SELECT *, CASE WHEN round_count > 2 OR (round_count = 2 AND NOT is_last_unanswered) THEN answered_us(i, 24, s2) END AS a2 FROM round2
), round3 AS (
    SELECT *, CASE WHEN round_count >= 3 THEN a2 + think_us(i, 27) END AS s3 FROM answer2
), answer3 AS (
    SELECT *, CASE WHEN round_count > 3 OR (round_count = 3 AND NOT is_last_unanswered) THEN answered_us(i, 28, s3) END AS a3 FROM round3
), round4 AS (
    SELECT *, CASE WHEN round_count >= 4 THEN a3 + think_us(i, 31) END AS s4 FROM answer3
), answer4 AS (
    SELECT *, CASE WHEN round_count > 4 OR (round_count = 4 AND NOT is_last_unanswered) THEN answered_us(i, 32, s4) END AS a4 FROM round4
), round5 AS (
    SELECT *, CASE WHEN round_count >= 5 THEN a4 + think_us(i, 35) END AS s5 FROM answer4
), answer5 AS (
    SELECT *, CASE WHEN round_count > 5 OR (round_count = 5 AND NOT is_last_unanswered) THEN answered_us(i, 36, s5) END AS a5 FROM round5
), round6 AS (
    SELECT *, CASE WHEN round_count >= 6 THEN a5 + think_us(i, 39) END AS s6 FROM answer5
), answer6 AS (
    SELECT *, CASE WHEN round_count > 6 OR (round_count = 6 AND NOT is_last_unanswered) THEN answered_us(i, 40, s6) END AS a6 FROM round6
), ending AS (
    SELECT *, greatest(a1, a2, a3, a4, a5, a6) AS last_human_us,
           greatest(opened_us, asked_us, a1, a2, a3, a4, a5, a6, s2, s3, s4, s5, s6) AS last_line_us
    FROM answer6
), leaving AS (
    -- a third of them leave, some of these are closed by the system later; a few stay open
    SELECT *, CASE WHEN r(i, 45, 100) < (CASE WHEN is_answered THEN 30 ELSE 65 END)
                   THEN last_line_us + expo_us(i, 46, CASE WHEN is_answered THEN 60000 ELSE 45000 END) END AS left_us
    FROM ending
), closing AS (
    SELECT *, CASE WHEN r(i, 47, 1000) < 1 THEN NULL WHEN left_us IS NULL THEN last_line_us + expo_us(i, 48, 90000) + 500000
                   WHEN r(i, 49, 2) = 0 THEN left_us + 120000000 END AS closed_us
    FROM leaving
)
-- late_us: an agent writes to somebody who has left
SELECT *, CASE WHEN NOT is_answered AND kind = 'routed' AND left_us IS NOT NULL AND closed_us IS NULL AND r(i, 50, 100) < 5
               THEN left_us + 7000000 END AS late_us,
       is_answered AND r(i, 51, 10000) < 3 AS is_negative,
       r(i, 52, 10000) < 5 AS contradicting, r(i, 53, 10000) = 0 AS ambiguous_time
FROM closing;

INSERT INTO item_session BY NAME
SELECT 'im' AS source, 's' || i AS session_id, customer(i + 50000000000) AS customer_id, topic(i + 50000000000) AS topic,
       'c' || r(i, 60, 16) AS queue, resolved(i + 50000000000) AS resolved,
       CASE WHEN r(i, 61, 100) < 5 THEN ['c' || r(i, 62, 16)] END AS later_queues,
       CAST(r(i, 61, 100) < 5 AS BIGINT) AS transfer_count,
       at_us(opened_us) AS first_at, at_us(opened_us) AS opened_at,
       CASE WHEN kind = 'agent-opened' THEN 'agent' ELSE 'customer' END AS opened_by,
       at_us(CASE WHEN has_bot AND r(i, 63, 10) < 7 THEN request_us END) AS requested_at,
       at_us(CASE WHEN has_bot AND r(i, 63, 10) >= 7 THEN request_us END) AS handed_off_at,
       at_us(line_us) AS first_line_at, has_bot,
       CASE WHEN is_answered THEN round_count - CAST(is_last_unanswered AS INTEGER) + CAST(r(i, 64, 100) = 0 AS INTEGER)
            ELSE CAST(late_us IS NOT NULL AS INTEGER) END AS human_line_count,
       CASE WHEN human_line_count > 0 THEN 'a' || r(i, 65, $agents) END AS first_agent_id,
       CASE WHEN human_line_count > 0 THEN 'a' || r(i, 66, $agents) END AS last_agent_id,
       at_us(left_us) AS left_at,
       at_us(greatest(last_line_us, left_us, closed_us, late_us)) AS last_at,
       at_us(coalesce(last_human_us, late_us)) AS last_human_at, contradicting, ambiguous_time, 1 AS load_id,
       at_us(request_us) AS request_at,
       {asked_at: CASE WHEN request_us IS NOT NULL THEN at_us(asked_us) END,
        answer: CASE WHEN a1 IS NOT NULL
                     THEN {typed_at: at_us(a1), seq: CAST(NULL AS BIGINT), agent_id: 'a' || r(i, 65, $agents)} END,
        is_negative: is_negative, closed_at: at_us(closed_us)} AS request,
       request AS handoff, request AS opening
FROM chat;

$rounds

DROP TABLE chat;

-- ---------------------------------------------------------------------------------------------------------------- mails
INSERT INTO item_thread BY NAME
WITH mail AS (
    SELECT i, CASE WHEN r(i, 10, 1000) < 10 THEN 'automatic' WHEN r(i, 10, 1000) < 30 THEN 'out' ELSE 'in' END AS kind,
           arrival_us(i, 1, 8, 20, 40) // 1000000 * 1000000 AS first_us,
           CASE WHEN kind = 'in' OR (kind = 'out' AND i % 2 = 0) THEN first_us + 3600000000 * CAST(kind = 'out' AS INTEGER)
           END AS asked_us,
           CASE WHEN asked_us IS NOT NULL AND r(i, 11, 100) < 95
                THEN asked_us + 60000000 + CASE WHEN r(i, 12, 100) < 55 THEN expo_us(i, 13, 3 * 3600000)
                                                WHEN r(i, 12, 100) < 85 THEN expo_us(i, 13, 20 * 3600000)
                                                ELSE expo_us(i, 13, 60 * 3600000) END // 1000000 * 1000000 END AS reply_us,
           CASE WHEN r(i, 14, 10) < 3 AND reply_us + 5400000000 <= cut_off_us() THEN reply_us + 5400000000 END AS again_us
    FROM range($first, $first + $n * 15 // 100) t(i)
)
SELECT 'mail' AS source, 'm' || i AS thread_id, at_us(first_us) AS first_at,
       at_us(greatest(first_us, asked_us, reply_us, again_us)) AS last_at, at_us(asked_us) AS asked_at,
       CASE WHEN asked_us IS NOT NULL THEN 'm' || i || '@in' END AS asked_id,
       customer(i + 90000000000) AS customer_id, 'm' || r(i, 15, 5) AS queue, topic(i + 90000000000) AS topic,
       CASE WHEN reply_us IS NOT NULL THEN resolved(i + 90000000000) END AS resolved,
       at_us(coalesce(again_us, reply_us)) AS last_reply_at,
       CASE WHEN reply_us IS NOT NULL THEN 'a' || r(i, 16, $agents) END AS last_agent_id,
       CAST(reply_us IS NOT NULL AS BIGINT) + CAST(again_us IS NOT NULL AS BIGINT) AS reply_count,
       r(i, 17, 10000) < 5 AS contradicting, r(i, 18, 10000) = 0 AS ambiguous_time, 1 AS load_id,
       CASE WHEN kind <> 'automatic' THEN kind END AS begun_by,
       CASE WHEN reply_us IS NOT NULL
            THEN {replied_at: at_us(reply_us), agent_id: 'a' || r(i, 16, $agents), names: ['m' || i || '@in']} END AS reply,
       r(i, 19, 10000) < 2 AS is_negative
FROM mail;

-- ------------------------------------------------------------------------------------- what speaks of a contact afterwards
CREATE OR REPLACE TEMP VIEW contact AS
SELECT hash(call_id) AS i, 'phone' AS channel, source, call_id AS contact_id, resolved, outcome = 'answered' AS is_handled,
       epoch_us(arrived_at) AS arrived_us, epoch_us(coalesce(ended_at, answered_at, arrived_at)) AS ended_us
FROM item_call
UNION ALL BY NAME
SELECT hash(session_id) AS i, 'chat' AS channel, source, session_id AS contact_id, resolved, human_line_count > 0 AS is_handled,
       epoch_us(first_at) AS arrived_us, epoch_us(coalesce(last_human_at, last_at)) AS ended_us
FROM item_session
UNION ALL BY NAME
SELECT hash(thread_id) AS i, 'email' AS channel, source, thread_id AS contact_id, resolved, reply_count > 0 AS is_handled,
       epoch_us(first_at) AS arrived_us, epoch_us(coalesce(last_reply_at, last_at)) AS ended_us
FROM item_thread;
CREATE OR REPLACE TEMP MACRO q(i, salt, n) AS CAST((hash(i, salt) % CAST(n AS UBIGINT)) AS BIGINT);
CREATE OR REPLACE TEMP MACRO expo_h_us(i, salt, mean_h) AS
  CAST(-ln((q(i, salt, 1000000) + 1) / 1000001.0) * mean_h * 3600000 AS BIGINT) * 1000;

INSERT INTO event_case BY NAME
WITH begun AS (
    SELECT *, CASE WHEN q(i, 2, 100) < 2 THEN arrived_us + 60000000
                   ELSE ended_us + CASE WHEN q(i, 2, 100) < 70 THEN expo_h_us(i, 3, 0.1) WHEN q(i, 2, 100) < 90 THEN expo_h_us(i, 3, 48)
                                        ELSE expo_h_us(i, 3, 200) END END AS opened_us,
           CASE WHEN q(i, 4, 100) < 80 THEN opened_us + expo_h_us(i, 5, 30) END AS plan_us,
           CASE WHEN q(i, 6, 100) < 70 THEN coalesce(plan_us, opened_us) + expo_h_us(i, 7, 40) END AS resolved_us,
           CASE WHEN q(i, 8, 100) < 6 THEN opened_us + expo_h_us(i, 9, 30) END AS withdrawn_us,
           CASE WHEN q(i, 10, 100) < 8 THEN opened_us + expo_h_us(i, 11, 12) END AS paused_us,
           CASE WHEN q(i, 12, 100) < 90 THEN paused_us + expo_h_us(i, 13, 40) END AS resumed_us
    FROM contact
    WHERE is_handled AND q(i, 1, 10000) < CASE WHEN resolved THEN 20 ELSE 500 END
), event AS (
    SELECT *, 'opened' AS kind, opened_us AS at_us FROM begun
    UNION ALL BY NAME SELECT *, 'plan_given' AS kind, plan_us AS at_us FROM begun
    UNION ALL BY NAME SELECT *, 'resolved' AS kind, resolved_us AS at_us FROM begun
    UNION ALL BY NAME SELECT *, 'withdrawn' AS kind, withdrawn_us AS at_us FROM begun
    UNION ALL BY NAME SELECT *, 'paused' AS kind, paused_us AS at_us FROM begun
    UNION ALL BY NAME SELECT *, 'resumed' AS kind, resumed_us AS at_us FROM begun
)
SELECT 'crm' AS source, 1 AS load_id, 'k' || contact_id AS case_id, kind AS event_id, at_us(at_us) AS "at", kind,
       'after_sales' AS case_type, channel AS contact_channel, CASE WHEN q(i, 14, 10) >= 2 THEN source END AS contact_source,
       contact_id, CASE WHEN kind = 'paused' AND q(i, 15, 100) < 95 THEN 'waits for the customer' END AS pause_reason
FROM event WHERE at_us IS NOT NULL;

INSERT INTO item_survey BY NAME
WITH asked AS (
    SELECT *, n, CASE WHEN q(i, 21 + n, 100) < 55 THEN ended_us + expo_h_us(i, 23 + n, 6)
                      WHEN q(i, 21 + n, 100) < 60 THEN ended_us + expo_h_us(i, 23 + n, 250) END AS answered_us
    FROM contact, range(2) twice(n) WHERE q(i, 20, 10000) < 800 AND (n = 0 OR q(i, 25, 100) < 3)
)
SELECT 'survey' AS source, 'y' || contact_id || '/' || n AS survey_id, channel AS contact_channel,
       CASE WHEN q(i, 26, 10) > 0 THEN source END AS contact_source, contact_id, at_us(ended_us + 60000000) AS invited_at,
       at_us(answered_us) AS answered_at,
       CAST(CASE WHEN answered_us IS NULL THEN NULL WHEN q(i, 27 + n, 1000) < 2 THEN 0 WHEN q(i, 27 + n, 1000) < 60 THEN 1
                 WHEN q(i, 27 + n, 1000) < 100 THEN 2 WHEN q(i, 27 + n, 1000) < 180 THEN 3 WHEN q(i, 27 + n, 1000) < 450 THEN 4
                 ELSE 5 END AS DECIMAL(18, 6)) AS rating,
       q(i, 29, 10000) < 5 AS contradicting, false AS ambiguous_time, 1 AS load_id
FROM asked;

INSERT INTO item_inspection BY NAME
SELECT 'quality' AS source, 'z' || contact_id || '/' || n AS inspection_id, channel AS contact_channel,
       CASE WHEN q(i, 31, 10) > 0 THEN source END AS contact_source, contact_id,
       at_us(ended_us + 1000000 + n * 7000000 + expo_h_us(i, 32 + n, 100)) AS inspected_at,
       CASE WHEN q(i, 34, 100) > 0 THEN CAST((200 - q(i, 35 + n, 41)) * 0.5 AS DECIMAL(18, 6)) END AS accuracy,
       CAST((200 - q(i, 37, 41)) * 0.5 AS DECIMAL(18, 6)) AS attitude,
       CAST((200 - q(i, 38, 41)) * 0.5 AS DECIMAL(18, 6)) AS total,
       CASE WHEN q(i, 39, 10) > 0 THEN q(i, 40, 100) < 1 END AS fatal,
       CASE WHEN q(i, 41, 100) < 6 THEN ['v' || q(i, 42, 3), 'v' || q(i, 43, 3)] WHEN q(i, 41, 100) < 50 THEN [] END AS violations,
       q(i, 44, 10000) < 5 AS contradicting, false AS ambiguous_time, 1 AS load_id
FROM contact, range(2) twice(n) WHERE q(i, 30, 10000) < 100 AND (n = 0 OR q(i, 45, 100) < 4);
