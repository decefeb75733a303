-- delivered_log: what logs delivered, one row a source, channel and local day: the rows that were accepted, and what is missing of
-- them. A line that was refused has no day that could be trusted: those of a file are spread over the days of its accepted rows,
-- in proportion, whole and in order of the days; of a file without any, they stand on the day of its last loading. A file that was
-- loaded again is judged by the last time. A day of service on which a source of a channel gave nothing, though it had given
-- something in the four weeks before, is missing whole: as many rows as its mean day of those weeks, rounded up. A log is not
-- divided by queue, vendor or team: a contract's scope holds of its source and its channel alone.
-- scope: source channel
WITH line AS (
    SELECT source, load_id, 'phone' AS channel, arrived_at AS arrival_at FROM event_call
    UNION ALL SELECT source, load_id, 'phone', since_at FROM event_agent_state
    UNION ALL SELECT source, load_id, 'chat', "at" FROM event_chat
    UNION ALL SELECT source, load_id, 'email', "at" FROM event_mail
    UNION ALL SELECT source, load_id, 'case', "at" FROM event_case
    UNION ALL SELECT source, load_id, 'quality', coalesce(invited_at, answered_at) FROM event_survey
    UNION ALL SELECT source, load_id, 'quality', inspected_at FROM event_inspection
    UNION ALL SELECT source, load_id, 'agent', scheduled_from_at FROM event_attendance
), delivered AS (
    SELECT source, channel, service_on, count(*) AS row_count, max(load_id) AS load_id
    FROM (SELECT *, $service_on AS service_on FROM line
          WHERE arrival_at >= $since_at - INTERVAL 29 DAY AND arrival_at < $until_at AND arrival_at <= $cut_off_at)
    GROUP BY source, channel, service_on
), local_day AS (
    -- each local day of the period from its first quarter of an hour on: no zone is off by less
    SELECT service_on, min(arrival_at) AS begins_at, coalesce(lead(min(arrival_at)) OVER (ORDER BY service_on), $until_at) AS ends_at
    FROM (SELECT arrival_at, $service_on AS service_on
          FROM (SELECT unnest(generate_series($since_at, $until_at - INTERVAL 15 MINUTE, INTERVAL 15 MINUTE)) AS arrival_at))
    GROUP BY service_on
), file AS (
    -- the files with lines that were refused, by their last loading
    SELECT source, sha256, load_id, loaded_at AS arrival_at, mapping_sha256,
           (SELECT count(*) FROM quarantine WHERE quarantine.load_id = load.load_id) AS refused_count
    FROM load
    QUALIFY row_number() OVER (PARTITION BY source, sha256 ORDER BY load_id DESC) = 1 AND refused_count > 0
), cell AS (
    SELECT source, sha256, channel, service_on, count(*) AS row_count
    FROM (SELECT line.*, sha256, $service_on AS service_on
          FROM line JOIN (SELECT load_id, sha256 FROM load SEMI JOIN file USING (source, sha256)) USING (load_id)
          WHERE arrival_at IS NOT NULL)
    GROUP BY source, sha256, channel, service_on
), running AS (
    SELECT *, sum(row_count) OVER (PARTITION BY source, sha256) AS total,
           sum(row_count) OVER (PARTITION BY source, sha256 ORDER BY service_on, channel) AS so_far
    FROM cell
), refused AS (
    SELECT source, channel, service_on, sum(refused_count) AS refused_count, max(load_id) AS load_id
    FROM (SELECT source, channel, service_on, load_id,
                 refused_count * so_far // total - refused_count * (so_far - row_count) // total AS refused_count
          FROM running JOIN file USING (source, sha256)
          UNION ALL
          SELECT file.source, coalesce(mapping.channel, 'unknown'), $service_on, load_id, refused_count
          FROM file ANTI JOIN cell USING (source, sha256) LEFT JOIN mapping ON fingerprint = mapping_sha256)
    WHERE refused_count > 0
    GROUP BY source, channel, service_on
), named AS (
    SELECT channel, CASE WHEN list_contains(known, channel) THEN channel WHEN list_contains(known, 'default') THEN 'default' END AS calendar
    FROM (SELECT unnest(['phone', 'chat', 'email', 'case']) AS channel), (SELECT list(DISTINCT calendar) AS known FROM calendar_day)
), silent AS (
    -- of every day on which a source gave nothing: how many rows its mean day of the four weeks before had
    SELECT source, channel, local_day.service_on, max(delivered.load_id) AS load_id,
           CAST((sum(row_count) + count(*) - 1) // count(*) AS BIGINT) AS expected_count
    FROM local_day JOIN delivered ON delivered.service_on < local_day.service_on AND delivered.service_on >= local_day.service_on - 28
    WHERE channel IN ('phone', 'chat', 'email', 'case') AND ends_at <= $cut_off_at
    GROUP BY source, channel, local_day.service_on
), missing AS (
    SELECT source, channel, service_on, expected_count, load_id, named.calendar IS NULL OR spans IS NOT NULL AS is_known
    FROM silent ANTI JOIN delivered USING (source, channel, service_on) JOIN named USING (channel)
    LEFT JOIN calendar_day ON calendar_day.calendar = named.calendar AND day = service_on
    WHERE named.calendar IS NULL OR day IS NULL OR spans IS NULL OR len(spans) > 0
), every_day AS (
    SELECT source, channel, service_on, row_count, 0 AS refused_count, 0 AS expected_count, true AS is_known, load_id FROM delivered
    UNION ALL BY NAME SELECT source, channel, service_on, 0 AS row_count, refused_count, 0 AS expected_count, load_id FROM refused
    UNION ALL BY NAME SELECT source, channel, service_on, 0 AS row_count, 0 AS refused_count, expected_count, is_known, load_id FROM missing
)
SELECT source AS item_source, channel || '#' || service_on AS item_id, arrival_at, service_on, channel, queue, agent_id,
       customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s log' END AS outside,
       row_count, refused_count, greatest(0, expected_count - refused_count) AS expected_count, is_known
FROM (SELECT source, channel, service_on, any_value(begins_at) AS arrival_at, CAST(NULL AS VARCHAR) AS queue,
             CAST(NULL AS VARCHAR) AS agent_id, CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS VARCHAR) AS customer_type,
             CAST(NULL AS VARCHAR) AS topic, max(load_id) AS load_id, CAST(sum(row_count) AS BIGINT) AS row_count,
             CAST(sum(refused_count) AS BIGINT) AS refused_count, CAST(sum(expected_count) AS BIGINT) AS expected_count,
             bool_and(is_known) AS is_known
      FROM every_day JOIN local_day USING (service_on)
      GROUP BY source, channel, service_on)
