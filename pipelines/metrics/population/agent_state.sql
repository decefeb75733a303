-- agent_state: what agents were doing, one row a state and local day (metrics.md, section 3). States are cut at local
-- midnights and at the cut-off; where two overlap, the one that began later has the time. A state without an end lasts to
-- the agent's next one. A state that names no queue is its agent's: of the contract by the agent's vendor and team.
-- channel: phone
-- by_agent: true
WITH local_day AS (
    -- each local day of the period from its first quarter of an hour on: no zone is off by less
    SELECT service_on AS day, min(arrival_at) AS begins_at, coalesce(lead(min(arrival_at)) OVER (ORDER BY service_on), $until_at) AS ends_at
    FROM (SELECT arrival_at, $service_on AS service_on
          FROM (SELECT unnest(generate_series($since_at, $until_at - INTERVAL 15 MINUTE, INTERVAL 15 MINUTE)) AS arrival_at))
    GROUP BY service_on
), state_row AS (
    -- those that begin in the period, those that reach into it, and of each agent the last one before it, if nobody ended it
    SELECT * FROM item_agent_state WHERE since_at >= $since_at AND since_at < $until_at AND since_at <= $cut_off_at
    UNION ALL
    SELECT * FROM item_agent_state WHERE since_at < $since_at AND until_at > $since_at AND since_at <= $cut_off_at
    UNION ALL
    SELECT * FROM item_agent_state
    SEMI JOIN (SELECT agent_id, max(since_at) AS since_at FROM item_agent_state WHERE since_at < $since_at AND since_at <= $cut_off_at
               GROUP BY agent_id) USING (agent_id, since_at)
    WHERE until_at IS NULL
), in_order AS (
    SELECT *, row_number() OVER of_agent AS nth, lead(since_at) OVER of_agent AS next_since_at,
           coalesce(ambiguous_time, false)
               OR (until_at IS NULL AND coalesce(lead(ambiguous_time) OVER of_agent, false)) AS is_ambiguous
    FROM state_row
    WINDOW of_agent AS (PARTITION BY agent_id ORDER BY since_at, record_at NULLS FIRST, state, source)
), spanned AS (
    SELECT *, greatest(since_at, $since_at) AS from_at,
           greatest(least(coalesce(until_at, next_since_at, $cut_off_at), $until_at, $cut_off_at), greatest(since_at, $since_at)) AS to_at,
           coalesce(to_at > next_since_at, false) AS is_overlapped
    FROM in_order
), dated AS (
    SELECT * EXCLUDE (arrival_at), $service_on AS last_on
    FROM (SELECT * REPLACE (greatest(from_at, to_at - INTERVAL 1 MICROSECOND) AS arrival_at), $service_on AS first_on
          FROM (SELECT *, from_at AS arrival_at FROM spanned WHERE since_at >= $since_at OR to_at > $since_at))
), piece AS (
    SELECT *, first_on AS service_on, from_at AS begins_at, to_at AS ends_at FROM dated WHERE first_on = last_on
    UNION ALL BY NAME
    SELECT dated.*, day AS service_on, greatest(from_at, local_day.begins_at) AS begins_at, least(to_at, local_day.ends_at) AS ends_at
    FROM dated JOIN local_day ON day BETWEEN first_on AND last_on
    WHERE first_on < last_on
), covered AS (
    -- the time of later states within a piece, each instant once
    SELECT agent_id, nth, service_on,
           sum(greatest(0, epoch_us(ends_at) - epoch_us(greatest(begins_at, coalesce(covered_until_at, begins_at))))) AS covered_us
    FROM (SELECT piece.agent_id, piece.nth, piece.service_on,
                 greatest(piece.begins_at, later.begins_at) AS begins_at, least(piece.ends_at, later.ends_at) AS ends_at,
                 max(least(piece.ends_at, later.ends_at)) OVER (PARTITION BY piece.agent_id, piece.nth, piece.service_on
                     ORDER BY later.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_until_at
          FROM piece JOIN piece AS later ON later.agent_id = piece.agent_id AND later.service_on = piece.service_on
                                        AND later.nth > piece.nth AND later.begins_at < piece.ends_at
          WHERE piece.is_overlapped AND later.begins_at < later.ends_at)
    GROUP BY agent_id, nth, service_on
)
SELECT source AS item_source, agent_id || '#' || epoch_us(since_at) || '#' || service_on AS item_id, arrival_at, service_on,
       queue, agent_id, customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue' END AS outside,
       state, own_s, coalesce(contradicting, false) AS contradicting, coalesce(until_at < since_at, false) AS is_negative, is_ambiguous
FROM (SELECT piece.*, begins_at AS arrival_at, seconds_of_us(epoch_us(ends_at) - epoch_us(begins_at) - coalesce(covered_us, 0)) AS own_s,
             CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS VARCHAR) AS customer_type, CAST(NULL AS VARCHAR) AS topic
      FROM piece LEFT JOIN covered USING (agent_id, nth, service_on))
