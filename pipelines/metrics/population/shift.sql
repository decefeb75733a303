-- shift: shifts that agents were to work, one row a shift, of the day on which it was to begin. A shift names no queue: it is
-- its agent's, of the contract by the agent's vendor and team, and of no channel. One of which no log says when it was to be is of no period.
-- channel: agent
-- scope: source vendor team
-- by_agent: true
WITH candidate AS (
    SELECT *, coalesce(scheduled_from_at, scheduled_until_at - INTERVAL 1 MICROSECOND) AS arrival_at, CAST(NULL AS VARCHAR) AS queue,
           CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS VARCHAR) AS customer_type, CAST(NULL AS VARCHAR) AS topic
    FROM item_shift
)
SELECT source AS item_source, agent_id || '#' || shift_id AS item_id, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       scheduled_s, attended_s, coalesce(scheduled_until_at > $cut_off_at, false) AS is_open,
       coalesce(contradicting, false) AS contradicting, ambiguous_time AND NOT scheduled_from_log AS ambiguous_time
FROM candidate
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
