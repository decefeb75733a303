-- Contacts of all channels: resolved on the spot, followed up within three working days, repeated within two hours.
WITH contact AS (
$contacts
), judged AS (
    -- who comes back: the customer's next contact on the same topic, whatever became of it
    SELECT *, lead(arrival_at) OVER (PARTITION BY customer_id, topic ORDER BY arrival_at) AS next_at
    FROM contact WHERE is_candidate AND arrival_at >= $since AND arrival_at <= $cut_off
), named_case AS (
    SELECT contact_channel, contact_id, min(begins_at) AS opened_at,
           min(CASE WHEN firsts['plan_given'] <= $cut_off THEN firsts['plan_given'] END) AS plan_at,
           min(CASE WHEN firsts['resolved'] <= $cut_off THEN firsts['resolved'] END) AS resolved_at,
           min(CASE WHEN firsts['withdrawn'] <= $cut_off THEN firsts['withdrawn'] END) AS withdrawn_at,
           any_value(pauses[1].from_at) AS paused_at, any_value(pauses[1].until_at) AS resumed_at
    FROM item_case WHERE contact_id IS NOT NULL AND begins_at <= $cut_off GROUP BY ALL
), handled AS (
    -- what was said before the contact answers nothing of it
    SELECT judged.*, opened_at, least(CASE WHEN plan_at >= arrival_at THEN plan_at END,
                                      CASE WHEN resolved_at >= arrival_at THEN resolved_at END) AS done_at, withdrawn_at, paused_at,
           least(resumed_at, done_at, $cut_off) AS resumed_at,
           opened_at IS NOT NULL AND epoch_us(opened_at) - epoch_us(ended_at) <= 604800000000 AS has_case
    FROM judged LEFT JOIN named_case c ON c.contact_channel = judged.channel AND c.contact_id = judged.contact_id
    WHERE is_handled AND arrival_at < $until
), paused AS (
    -- few: working days in whose close the clock is paused are passed over
    SELECT channel, contact_id, list(o.close_at ORDER BY o.close_at)[3] AS close_at
    FROM handled JOIN office_day o ON o.is_working AND o.day > local_day(arrival_at)
                                  AND NOT (paused_at < o.close_at AND o.close_at < handled.resumed_at)
    WHERE paused_at IS NOT NULL
    GROUP BY channel, contact_id
), due AS (
    SELECT handled.*, coalesce(paused.close_at, plain.close_at) AS due_at
    FROM handled
    LEFT JOIN paused USING (channel, contact_id)
    LEFT JOIN office_day arrived ON arrived.day = local_day(arrival_at)
    LEFT JOIN office_day plain ON plain.is_working AND plain.nth = arrived.nth + 3
), timed AS (
    SELECT contradicting, is_open, customer_id IS NULL OR topic IS NULL AS is_nobody, resolved, has_case, opened_at IS NOT NULL AS has_any_case,
           coalesce(epoch_us(next_at) - epoch_us(ended_at) <= 7200000000, false) AS is_repeated,
           epoch_us($cut_off) - epoch_us(ended_at) > 7200000000 AS has_passed,
           done_at <= due_at AS is_done_in_time,
           withdrawn_at <= due_at AND coalesce(withdrawn_at < done_at, true) AS is_withdrawn,
           done_at IS NOT NULL OR $cut_off > due_at AS is_over,
           NOT contradicting AND NOT coalesce(resolved AND NOT has_case, false) AND (resolved IS NOT NULL OR has_any_case)
               AS needs_answer
    FROM due
), counted AS (
    SELECT count(*) FILTER (contradicting) AS contradicting,
           count(*) FILTER (NOT contradicting AND has_case) AS with_case,
           count(*) FILTER (NOT contradicting AND NOT has_case AND resolved) AS resolved,
           count(*) FILTER (NOT contradicting AND NOT has_case AND NOT resolved) AS unresolved,
           count(*) FILTER (NOT contradicting AND NOT has_case AND resolved IS NULL) AS no_flag,
           count(*) FILTER (NOT contradicting AND NOT has_case AND resolved IS NULL AND is_open) AS no_flag_yet,
           count(*) FILTER (NOT contradicting AND resolved AND NOT has_case) AS on_the_spot,
           count(*) FILTER (NOT contradicting AND resolved IS NULL AND NOT has_any_case) AS unknown,
           count(*) FILTER (NOT contradicting AND resolved IS NULL AND NOT has_any_case AND is_open) AS unknown_yet,
           count(*) FILTER (needs_answer AND is_done_in_time AND NOT coalesce(is_withdrawn, false)) AS in_time,
           count(*) FILTER (needs_answer AND is_withdrawn) AS withdrawn,
           count(*) FILTER (needs_answer AND NOT coalesce(is_done_in_time, false) AND NOT coalesce(is_withdrawn, false)
                            AND coalesce(is_over, false)) AS over,
           count(*) FILTER (needs_answer) AS need_answer,
           count(*) FILTER (NOT contradicting AND is_nobody) AS nobody,
           count(*) FILTER (NOT contradicting AND NOT is_nobody AND is_repeated) AS repeated,
           count(*) FILTER (NOT contradicting AND NOT is_nobody AND NOT is_repeated AND has_passed) AS unrepeated,
           count(*) FILTER (NOT contradicting AND NOT is_nobody AND NOT is_repeated AND NOT has_passed) AS waiting
    FROM timed
)
SELECT 0 AS on_the_spot__outside, resolved AS on_the_spot__met, with_case + unresolved AS on_the_spot__missed,
       0 AS on_the_spot__excluded, contradicting + no_flag - no_flag_yet AS on_the_spot__unmeasurable,
       no_flag_yet AS on_the_spot__pending,
       on_the_spot AS follow_up__outside, in_time AS follow_up__met, over AS follow_up__missed, withdrawn AS follow_up__excluded,
       contradicting + unknown - unknown_yet AS follow_up__unmeasurable,
       need_answer - in_time - withdrawn - over + unknown_yet AS follow_up__pending,
       0 AS repeat_rate__outside, unrepeated AS repeat_rate__met, repeated AS repeat_rate__missed, 0 AS repeat_rate__excluded,
       contradicting + nobody AS repeat_rate__unmeasurable, waiting AS repeat_rate__pending
FROM counted
