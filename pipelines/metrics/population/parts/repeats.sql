last_end AS (
    -- nothing that comes after the last contact's end and the window repeats any of them
    SELECT greatest(max(ended_at), $until_at) AS ended_at FROM (   -- greatest() passes over NULLs
        SELECT max(greatest(ended_at, answered_at)) AS ended_at FROM item_call WHERE arrived_at < $until_at
        UNION ALL SELECT max(last_at) FROM item_session WHERE first_at < $until_at
        UNION ALL SELECT max(last_at) FROM item_thread WHERE first_at < $until_at)
), arrival AS (
    SELECT 'phone' AS channel, source, call_id AS contact_id, customer_id, topic, order_id,
           coalesce(queued_at, arrived_at) AS arrival_at,
           CASE WHEN leg_count = 1 THEN greatest(ended_at, answered_at, queued_at, arrived_at) END AS over_at
    FROM item_call
    WHERE direction IS DISTINCT FROM 'outbound'
      AND (outcome IN ('answered', 'abandoned', 'lost', 'open', 'callback')
           OR callback_promised_at IS NOT NULL OR callback_reached_at IS NOT NULL
           OR (leg_count > 1 AND len(list_filter(legs, lambda leg:
                   leg.outcome IN ('answered', 'abandoned', 'lost', 'open', 'callback'))) > 0))
    UNION ALL BY NAME
    SELECT 'chat' AS channel, source, session_id AS contact_id, customer_id, topic, order_id,
           coalesce(request.asked_at, first_at) AS arrival_at, last_at AS over_at
    FROM item_session
    WHERE opened_by IS DISTINCT FROM 'agent' AND first_line_at IS NOT NULL AND (request_at IS NOT NULL OR human_line_count > 0)
    UNION ALL BY NAME
    SELECT 'email' AS channel, source, thread_id AS contact_id, customer_id, topic, order_id, asked_at AS arrival_at,
           last_at AS over_at
    FROM item_thread WHERE begun_by = 'in' AND asked_at IS NOT NULL
), matter AS (
    SELECT channel, source, contact_id, arrival_at, over_at, customer_id,
           CASE '$same' WHEN 'topic' THEN topic WHEN 'order' THEN order_id ELSE '' END AS about
    FROM arrival
    WHERE customer_id IS NOT NULL AND about IS NOT NULL AND arrival_at >= $since_at AND arrival_at <= $cut_off_at
      AND arrival_at <= (SELECT ended_at + to_microseconds(CAST($window_h * 3600000000 AS BIGINT)) FROM last_end)
), next AS (
    SELECT channel, source AS item_source, contact_id AS item_id, over_at,
           CASE WHEN lag(arrival_at) OVER in_order = arrival_at THEN arrival_at ELSE lead(arrival_at) OVER in_order END AS repeated_at
    FROM matter WINDOW in_order AS (PARTITION BY customer_id, about ORDER BY arrival_at)
), repeat AS (
    -- few contacts come again so soon that it could be a repeat: only those are joined (over_at: all that is known of the first)
    SELECT channel, item_source, item_id, repeated_at FROM next
    WHERE repeated_at IS NOT NULL
      AND coalesce(repeated_at <= over_at + to_microseconds(CAST($window_h * 3600000000 AS BIGINT)), true)
)
