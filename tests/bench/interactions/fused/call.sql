-- One pass over the calls: connect rate, service level, average wait, abandonment, 90th percentile of the wait.
WITH entered AS (
    SELECT direction, contradicting, ambiguous_time AND NOT wait_from_log AS is_ambiguous, wait_s, queued_at,
           coalesce(queued_at, arrived_at) AS arrival_at,
           CASE WHEN outcome IN ('answered', 'abandoned', 'lost') AND coalesce(answered_at, ended_at) > $cut_off
                THEN 'open' ELSE outcome END AS outcome
    FROM item_call WHERE leg_count = 1
    UNION ALL
    -- several legs: from the first entry into a queue to the first answer
    SELECT direction, contradicting, ambiguous_time,
           CASE WHEN entry.answered THEN entry.wait_s
                ELSE CAST(CAST(epoch_us(CASE WHEN answer_place IS NOT NULL THEN answered_at ELSE ended_at END)
                               - epoch_us(entry.queued_at) AS DECIMAL(18, 0)) * 0.000001 AS DECIMAL(18, 6)) END,
           entry.queued_at, coalesce(entry.place, first_place),
           CASE WHEN answer_place IS NOT NULL THEN 'answered' ELSE coalesce(last_outcome, 'ivr_only') END
    FROM (
        SELECT any_value(direction) AS direction, bool_or(contradicting) AS contradicting, bool_or(ambiguous_time) AS ambiguous_time,
               arg_min({answered: known = 'answered', wait_s: wait_s, queued_at: queued_at, place: place}, place)
                   FILTER (known <> 'ivr_only') AS entry,
               min(place) FILTER (known = 'answered') AS answer_place,
               arg_min(answered_at, place) FILTER (known = 'answered') AS answered_at,
               max(ended_at) FILTER (known <> 'ivr_only') AS ended_at,
               arg_max(known, place) FILTER (known <> 'ivr_only') AS last_outcome, min(place) AS first_place
        FROM (SELECT *, CASE WHEN outcome IN ('answered', 'abandoned', 'lost') AND coalesce(answered_at, ended_at) > $cut_off
                             THEN 'open' ELSE outcome END AS known
              FROM (SELECT source, call_id, direction, contradicting, ambiguous_time, unnest(legs, recursive := true)
                    FROM item_call WHERE leg_count > 1))
        WHERE place <= $cut_off
        GROUP BY source, call_id)
), call AS (
    SELECT wait_s, outcome = 'answered' AS answered, outcome = 'abandoned' AS abandoned, outcome = 'lost' AS lost,
           direction = 'outbound' OR outcome = 'ivr_only' AS is_outside,
           local_us(arrival_at) % 86400000000 >= 32400000000 AND local_us(arrival_at) % 86400000000 < 75600000000 AS is_open_hour,
           NOT is_outside AND is_open_hour AND NOT contradicting AS is_judged,
           outcome = 'open' AS is_pending,
           outcome = 'open' AND epoch_us($cut_off) - epoch_us(queued_at) > 20000000 AS is_late,
           coalesce(wait_s >= 0 AND NOT is_ambiguous, false) AS has_wait, is_ambiguous,
           abandoned AND NOT has_wait AS left_unmeasured, abandoned AND has_wait AND wait_s <= 5 AS left_short,
           lost OR (abandoned AND has_wait AND wait_s > 20) AS longer
    FROM entered
    WHERE arrival_at >= $since AND arrival_at < $until AND arrival_at <= $cut_off
), counted AS (
    SELECT count(*) FILTER (is_outside) AS outside, count(*) FILTER (NOT is_outside AND NOT is_open_hour) AS out_of_hours,
           count(*) FILTER (NOT is_outside AND is_open_hour AND NOT is_judged) AS contradicting,
           count(*) FILTER (is_judged AND is_pending) AS pending,
           count(*) FILTER (is_judged AND answered) AS answered, count(*) FILTER (is_judged AND lost) AS lost,
           count(*) FILTER (is_judged AND abandoned) AS abandoned,
           count(*) FILTER (is_judged AND left_unmeasured) AS left_unmeasured, count(*) FILTER (is_judged AND left_short) AS left_short,
           count(*) FILTER (is_judged AND answered AND has_wait) AS answered_timed,
           count(*) FILTER (is_judged AND answered AND has_wait AND wait_s <= 20) AS answered_within,
           count(*) FILTER (is_judged AND is_late AND NOT is_ambiguous) AS late,
           count(*) FILTER (is_judged AND is_late AND is_ambiguous) AS late_ambiguous,
           count(*) FILTER (is_judged AND abandoned AND wait_s IS NULL) AS left_no_time,
           count(*) FILTER (is_judged AND longer) AS longer,
           sum(wait_s) FILTER (is_judged AND answered AND has_wait) AS wait_s,
           quantile_disc(CASE WHEN longer THEN 999999999 ELSE wait_s END, 0.9)
               FILTER (is_judged AND (longer OR (answered AND has_wait))) AS p90
    FROM call
)
SELECT outside AS all__outside,
       answered AS connect_rate__met, lost + abandoned - left_unmeasured - left_short AS connect_rate__missed,
       out_of_hours + left_short AS connect_rate__excluded, contradicting + left_unmeasured AS connect_rate__unmeasurable,
       pending AS connect_rate__pending,
       answered_within AS service_level__met,
       lost + answered_timed - answered_within + abandoned - left_unmeasured - left_short + late AS service_level__missed,
       out_of_hours + left_short AS service_level__excluded,
       contradicting + left_unmeasured + answered - answered_timed + late_ambiguous AS service_level__unmeasurable,
       pending - late - late_ambiguous AS service_level__pending,
       answered_timed AS average_wait__counted, wait_s AS average_wait__amount,
       out_of_hours + lost + abandoned - left_no_time AS average_wait__excluded,
       contradicting + answered - answered_timed + left_no_time AS average_wait__unmeasurable, pending AS average_wait__pending,
       answered + lost AS abandonment__met, abandoned - left_unmeasured - left_short AS abandonment__missed,
       out_of_hours + left_short AS abandonment__excluded, contradicting + left_unmeasured AS abandonment__unmeasurable,
       pending AS abandonment__pending,
       answered_timed + longer AS wait_percentile__counted, p90 AS wait_percentile__amount,
       out_of_hours + abandoned + lost - left_unmeasured - longer AS wait_percentile__excluded,
       contradicting + left_unmeasured + answered - answered_timed AS wait_percentile__unmeasurable,
       pending AS wait_percentile__pending
FROM counted
