-- Pattern: limits of N days without pauses.
-- item(item_id, calendar, event_at, event_on, answered_at, answered_on, n, after_close).
-- w: the Nth working day after the event's; s: the Nth service day; l: the last natural day, which moves to the next
-- working day (m) if it is none. All are found by equality; the indexes tell whether a notice is missing on the way.
SELECT i.item_id,
       CASE WHEN w.no_notice_index = e.no_notice_index THEN w.close_of_business_at END AS working_due_at,
       CASE WHEN s.no_hours_index = e.no_hours_index THEN s.close_of_business_at END   AS service_due_at,
       CASE WHEN e.day IS NOT NULL AND l.is_working_day IS NOT NULL AND m.no_notice_index = l.no_notice_index
            THEN m.ends_at END                                                         AS natural_due_at,
       working_days_between(e, i.event_at, a, i.after_close)                           AS working_days,
       is_within_days(i.answered_at, working_due_at, working_days, i.n)                AS is_within_working_days,
       CASE WHEN working_due_at IS NULL THEN why_no_due(e, i.event_on) END             AS unmeasurable
FROM item i
LEFT JOIN calendar_day e ON e.calendar = i.calendar AND e.day = i.event_on
LEFT JOIN calendar_day a ON a.calendar = i.calendar AND a.day = i.answered_on
LEFT JOIN calendar_day w ON w.calendar = i.calendar AND w.is_working_day
                        AND w.working_index = start_working_index(e, i.event_at, i.after_close) + i.n
LEFT JOIN calendar_day s ON s.calendar = i.calendar AND s.is_service_day
                        AND s.service_index = start_service_index(e, i.event_at, i.after_close) + i.n
LEFT JOIN calendar_day l ON l.calendar = i.calendar AND l.day = i.event_on + i.n::INTEGER
LEFT JOIN calendar_day m ON m.calendar = i.calendar AND m.is_working_day
                        AND m.working_index = l.working_index + (NOT l.is_working_day)::INTEGER
