-- Contacts whose customer was asked: mean of the last valid rating, share of 4 and 5. A rating counts for 168 hours.
WITH contact AS (
$contacts
), answer AS (
    SELECT s.contact_channel, s.contact_id, s.rating, s.answered_at, c.was_answered,
           c.contradicting OR s.contradicting AS contradicting, c.ended_at + INTERVAL 168 HOUR AS open_until_at,
           s.answered_at >= c.arrival_at AND s.answered_at <= open_until_at AND s.answered_at <= $cut_off AS is_in_window
    FROM item_survey s JOIN contact c ON c.channel = s.contact_channel AND c.contact_id = s.contact_id
    WHERE c.arrival_at >= $since AND c.arrival_at < $until AND c.arrival_at <= $cut_off AND s.invited_at <= $cut_off
), asked AS (
    SELECT any_value(was_answered) AS was_answered, bool_or(contradicting) AS contradicting,
           any_value(open_until_at) >= $cut_off AS may_still_answer,
           arg_max(rating, answered_at) FILTER (is_in_window AND rating BETWEEN 1 AND 5) AS rating,
           coalesce(bool_or(is_in_window AND rating NOT BETWEEN 1 AND 5), false) AS has_off_scale
    FROM answer GROUP BY contact_channel, contact_id
), counted AS (
    SELECT count(*) FILTER (NOT was_answered) AS outside, count(*) FILTER (was_answered AND contradicting) AS contradicting,
           count(rating) FILTER (was_answered AND NOT contradicting) AS rated,
           sum(rating) FILTER (was_answered AND NOT contradicting) AS rating,
           count(*) FILTER (was_answered AND NOT contradicting AND rating >= 4) AS satisfied,
           count(*) FILTER (was_answered AND NOT contradicting AND rating IS NULL AND has_off_scale) AS off_scale,
           count(*) FILTER (was_answered AND NOT contradicting AND rating IS NULL AND NOT has_off_scale AND may_still_answer) AS waiting,
           count(*) FILTER (was_answered AND NOT contradicting AND rating IS NULL AND NOT has_off_scale AND NOT may_still_answer) AS silent
    FROM asked
)
SELECT outside AS all__outside, rated AS csat__counted, rating AS csat__amount, silent AS csat__excluded,
       contradicting + off_scale AS csat__unmeasurable, waiting AS csat__pending,
       satisfied AS satisfied__met, rated - satisfied AS satisfied__missed, silent AS satisfied__excluded,
       contradicting + off_scale AS satisfied__unmeasurable, waiting AS satisfied__pending
FROM counted
