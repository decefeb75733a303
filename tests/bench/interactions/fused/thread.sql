-- One pass over the mails: replied within a working day (by the close of the next one), mean working time of a reply.
WITH thread AS (
    SELECT coalesce(begun_by = 'out', false) OR asked_at IS NULL AS is_outside,
           NOT is_outside AND NOT contradicting AND NOT ambiguous_time AND NOT is_negative AS is_judged,
           asked_at, local_day(asked_at) AS asked_on,
           CASE WHEN reply.replied_at <= $cut_off THEN reply.replied_at END AS answered_at,
           coalesce(asked_at, first_at) AS arrival_at
    FROM item_thread
), timed AS (
    SELECT is_outside, is_judged, answered_at IS NOT NULL AS answered, answered_at <= due.close_at AS is_within,
           $cut_off > due.close_at AS is_late,
           office_us(answer_day, answered_at) - office_us(asked_day, asked_at) AS response_us
    FROM thread
    LEFT JOIN office_day asked_day ON asked_day.day = asked_on
    LEFT JOIN office_day answer_day ON answer_day.day = local_day(answered_at)
    LEFT JOIN office_day due ON due.is_working AND due.nth = asked_day.nth + 1
    WHERE arrival_at >= $since AND arrival_at < $until AND arrival_at <= $cut_off
), counted AS (
    SELECT count(*) FILTER (is_outside) AS outside, count(*) FILTER (NOT is_outside AND NOT is_judged) AS not_judged,
           count(*) FILTER (is_judged AND answered) AS answered, count(*) FILTER (is_judged AND is_within) AS within,
           count(*) FILTER (is_judged AND NOT answered AND is_late) AS late,
           count(*) FILTER (is_judged AND NOT answered) AS unanswered,
           sum(response_us) FILTER (is_judged) AS response_us
    FROM timed
)
SELECT outside AS all__outside,
       within AS reply_within_days__met, answered - within + late AS reply_within_days__missed,
       0 AS reply_within_days__excluded, not_judged AS reply_within_days__unmeasurable,
       unanswered - late AS reply_within_days__pending,
       answered AS reply_mean__counted, response_us AS reply_mean__amount_us, 0 AS reply_mean__excluded,
       not_judged AS reply_mean__unmeasurable, unanswered AS reply_mean__pending
FROM counted
