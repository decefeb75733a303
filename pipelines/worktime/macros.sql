-- Working time in SQL. d, b, e, a, w are rows of calendar_day (a table's alias); what found no row gives NULL.
-- Two traps are closed here: list_sum of an empty list is NULL (a shut day must be 0), and least() and greatest() skip
-- NULL (an instant that is missing would count as the end of its day, an unknown count as 0).

-- Open microseconds since the calendar's first day, at the instant t of day d.
CREATE OR REPLACE MACRO open_us_at(d, t) AS
  CASE WHEN t IS NOT NULL AND d.spans IS NOT NULL
       THEN d.open_before_us + coalesce(list_sum([
              greatest(0, epoch_us(least(t, s.shut_at)) - epoch_us(s.open_at)) FOR s IN d.spans]), 0)::BIGINT
  END;

-- The instant at which us open microseconds since the calendar's first day have passed; d is the day on which they do.
CREATE OR REPLACE MACRO instant_in_hours(d, us) AS
  list_filter([{due_at: d.spans[i].open_at + to_microseconds((us - d.open_before_us - coalesce(list_sum(
                      [epoch_us(s.shut_at) - epoch_us(s.open_at) FOR s IN d.spans[1:i - 1]]), 0))::BIGINT),
                shut_at: d.spans[i].shut_at} FOR i IN range(1, len(d.spans) + 1)],
              lambda piece: piece.due_at <= piece.shut_at)[1].due_at;

-- Does the instant t of day d lie in service hours?
CREATE OR REPLACE MACRO is_open_at(d, t) AS
  CASE WHEN t IS NOT NULL AND d.spans IS NOT NULL
       THEN len([s FOR s IN d.spans IF s.open_at <= t AND t < s.shut_at]) > 0
  END;

-- Open microseconds from started_at (of day b) up to ended_at (of day e); NULL across a day of unknown hours.
-- Compare the instants themselves for a negative interval: outside hours it would be 0.
CREATE OR REPLACE MACRO working_us(b, started_at, e, ended_at) AS
  CASE WHEN b.no_hours_index = e.no_hours_index THEN open_us_at(e, ended_at) - open_us_at(b, started_at) END;

-- The words behind 'unmeasurable: ' when working_us is NULL though both instants are known.
CREATE OR REPLACE MACRO why_no_working_us(b, started_on, e, ended_on) AS
  CASE WHEN b.day IS NULL THEN 'no calendar for ' || started_on
       WHEN e.day IS NULL THEN 'no calendar for ' || ended_on
       WHEN b.spans IS NULL THEN 'no holiday notice for ' || b.last_missing_year
       WHEN b.no_hours_index <> e.no_hours_index THEN 'no holiday notice for ' || e.last_missing_year
  END;

-- Counting begins after this index. same_day: the event's calendar day is not counted. next_opening: an event at or
-- after the close, or on a day that is not counted, belongs to the next day that is, and that day is not counted.
CREATE OR REPLACE MACRO start_working_index(e, event_at, after_close) AS
  CASE WHEN after_close = 'same_day' THEN e.working_index
       WHEN e.is_working_day IS NULL THEN NULL
       WHEN e.is_working_day AND event_at < e.close_of_business_at THEN e.working_index
       ELSE e.working_index + 1
  END;

CREATE OR REPLACE MACRO start_service_index(e, event_at, after_close) AS
  CASE WHEN after_close = 'same_day' THEN e.service_index
       WHEN e.is_service_day IS NULL THEN NULL
       WHEN e.is_service_day AND event_at < e.close_of_business_at THEN e.service_index
       ELSE e.service_index + 1
  END;

-- Working days after the event's day (e) up to the answer's (a); NULL across a day without a notice.
CREATE OR REPLACE MACRO working_days_between(e, event_at, a, after_close) AS
  CASE WHEN e.no_notice_index = a.no_notice_index AND start_working_index(e, event_at, after_close) IS NOT NULL
       THEN greatest(0, a.working_index - start_working_index(e, event_at, after_close))
  END;

CREATE OR REPLACE MACRO service_days_between(e, event_at, a, after_close) AS
  CASE WHEN e.no_hours_index = a.no_hours_index AND start_service_index(e, event_at, after_close) IS NOT NULL
       THEN greatest(0, a.service_index - start_service_index(e, event_at, after_close))
  END;

-- Up to how many days may lie after the event's, up to the answer's: as above, and every day that no notice speaks of.
-- Where the event's own is one of these, it may count by next_opening too, unless the event came at its close or later.
CREATE OR REPLACE MACRO most_working_days_between(e, event_at, a, after_close) AS
  CASE WHEN a.day IS NOT NULL AND e.day IS NOT NULL
       THEN greatest(0, a.working_index - coalesce(start_working_index(e, event_at, after_close),
                                                   e.working_index + CAST(event_at >= e.close_of_business_at AS INTEGER),
                                                   e.working_index)
                        + a.no_notice_index - e.no_notice_index)
  END;

CREATE OR REPLACE MACRO most_service_days_between(e, event_at, a, after_close) AS
  CASE WHEN a.day IS NOT NULL AND e.day IS NOT NULL
       THEN greatest(0, a.service_index - coalesce(start_service_index(e, event_at, after_close),
                                                   e.service_index + CAST(event_at >= e.close_of_business_at AS INTEGER),
                                                   e.service_index)
                        + a.no_hours_index - e.no_hours_index)
  END;

-- Is the clock paused in the close? A pause that begins or ends exactly then leaves the day counted.
CREATE OR REPLACE MACRO is_paused_over(close_at, pauses) AS
  coalesce(len([p FOR p IN pauses IF p.from_at < close_at AND (p.until_at IS NULL OR close_at < p.until_at)]) > 0, FALSE);

-- Within n days: by the due instant; where that is not known, up to n days so far are in time all the same.
CREATE OR REPLACE MACRO is_within_days(answered_at, due_at, days_so_far, n) AS
  CASE WHEN answered_at IS NULL THEN NULL
       WHEN due_at IS NOT NULL THEN answered_at <= due_at
       WHEN days_so_far <= n THEN TRUE
  END;

-- The words behind 'unmeasurable: ' when a due instant is NULL; e is the event's day.
CREATE OR REPLACE MACRO why_no_due(e, event_on) AS
  CASE WHEN e.day IS NULL THEN 'no calendar for ' || event_on
       WHEN e.notice_missing THEN 'no holiday notice for ' || year(e.day)
       WHEN e.next_missing_year IS NOT NULL THEN 'no holiday notice for ' || e.next_missing_year
       ELSE 'no calendar for the due day'
  END;
