-- flagged_case: cases, one row a case, with what its own log last said, up to the cut-off, of its being in time.
-- Reopening is no new item here: the flag is the case's, and its log decides what a reopening does to it.
-- channel: case
WITH whole AS (
    SELECT *, coalesce(firsts['opened'], begins_at) AS arrival_at,
           list_filter(flags, lambda one: one.flagged_at <= $cut_off_at)[-1] AS last_flag
    FROM item_case WHERE cycle = 1
)
SELECT source AS item_source, case_id AS item_id, 'case' AS channel, arrival_at, $service_on AS service_on,
       queue, agent_id, customer_id, CAST(NULL AS VARCHAR) AS customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       contradicting, case_type, last_flag.in_time AS in_time, last_flag.kind AS last_kind
FROM whole
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
