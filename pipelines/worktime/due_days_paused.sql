-- Pattern: a limit of N working days for the few items that were paused: the Nth working day in whose close the clock
-- ran. item as in due_days.sql, with pauses STRUCT(from_at, until_at, ...)[] (until_at NULL: not ended; cut at the
-- answer, which ends a pause). Days are looked at as far as the last pause plus room for N of them.
WITH counted AS (
  SELECT i.item_id, w.day, w.close_of_business_at,
         row_number() OVER (PARTITION BY i.item_id ORDER BY w.day) AS nth
  FROM item i
  JOIN calendar_day e ON e.calendar = i.calendar AND e.day = i.event_on
  JOIN calendar_day w ON w.calendar = i.calendar AND w.is_working_day
                     AND w.working_index > start_working_index(e, i.event_at, i.after_close)
                     AND w.no_notice_index = e.no_notice_index
                     AND w.begins_at < greatest(i.event_at, list_max([p.until_at FOR p IN i.pauses]))
                                       + to_days((8 * i.n + 60)::INTEGER)
  WHERE NOT is_paused_over(w.close_of_business_at, i.pauses)
)
SELECT i.item_id,
       max(c.close_of_business_at) FILTER (c.nth = i.n)                               AS working_due_at,
       CASE WHEN working_days_between(any_value(e), any_value(i.event_at), any_value(a), any_value(i.after_close))
                 IS NOT NULL THEN count(c.day) FILTER (c.day <= i.answered_on) END    AS working_days
FROM item i
LEFT JOIN calendar_day e ON e.calendar = i.calendar AND e.day = i.event_on
LEFT JOIN calendar_day a ON a.calendar = i.calendar AND a.day = i.answered_on
LEFT JOIN counted c ON c.item_id = i.item_id
GROUP BY i.item_id
