-- A row a civil day and calendar, made by worktime.rows.calendar_day_rows; meanings in worktime.timetable.CalendarDay.
-- NULL where no holiday notice tells. Key: (calendar, day). Joined by equality and LEFT, so that no item is lost.
CREATE TABLE IF NOT EXISTS calendar_day (
  calendar             VARCHAR     NOT NULL,
  day                  DATE        NOT NULL,
  begins_at            TIMESTAMPTZ NOT NULL,  -- first instant that bears the date
  ends_at              TIMESTAMPTZ NOT NULL,  -- 24:00
  day_kind             VARCHAR,               -- workday, make_up_workday, weekend, holiday
  is_working_day       BOOLEAN,
  is_service_day       BOOLEAN,               -- has ordinary windows
  has_promotion        BOOLEAN     NOT NULL,
  has_closure          BOOLEAN     NOT NULL,
  spans                STRUCT(open_at TIMESTAMPTZ, shut_at TIMESTAMPTZ)[],
  open_before_us       BIGINT      NOT NULL,  -- open microseconds since the calendar's first day, up to begins_at
  close_of_business_at TIMESTAMPTZ,           -- end of the last ordinary window, also past midnight; none: ends_at
  working_index        INTEGER     NOT NULL,  -- working days up to and including this one
  service_index        INTEGER     NOT NULL,  -- service days, likewise
  no_notice_index      INTEGER     NOT NULL,  -- days of unknown kind, likewise
  no_hours_index       INTEGER     NOT NULL,  -- days of unknown hours, likewise
  notice_missing       BOOLEAN     NOT NULL,
  last_missing_year    INTEGER,               -- nearest year without a notice, up to this day
  next_missing_year    INTEGER                -- and after it
);
