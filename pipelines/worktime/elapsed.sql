-- Pattern: working time between two instants, less pauses, and the service-hours flag of the first.
-- item(item_id, calendar, started_at, started_on, ended_at, ended_on, pauses): *_on are civil days of the contract's
-- zone; pauses STRUCT(from_at, from_on, until_at, until_on, ...)[], cut to [started_at, ended_at), without overlap.
WITH paused AS (
  SELECT p.item_id, sum(working_us(b, p.pause.from_at, e, p.pause.until_at)) AS paused_us
  FROM (SELECT item_id, calendar, unnest(pauses) AS pause FROM item) p
  LEFT JOIN calendar_day b ON b.calendar = p.calendar AND b.day = p.pause.from_on
  LEFT JOIN calendar_day e ON e.calendar = p.calendar AND e.day = p.pause.until_on
  GROUP BY p.item_id
)
SELECT i.item_id,
       is_open_at(b, i.started_at)                                                                AS in_hours,
       (working_us(b, i.started_at, e, i.ended_at) - coalesce(paused.paused_us, 0))::BIGINT       AS working_us,
       CASE WHEN i.ended_at IS NOT NULL THEN why_no_working_us(b, i.started_on, e, i.ended_on) END AS unmeasurable
FROM item i
LEFT JOIN calendar_day b ON b.calendar = i.calendar AND b.day = i.started_on
LEFT JOIN calendar_day e ON e.calendar = i.calendar AND e.day = i.ended_on
LEFT JOIN paused USING (item_id)
