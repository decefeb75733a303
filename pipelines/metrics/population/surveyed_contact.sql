-- surveyed_contact: contacts whose customer was asked for a rating, one row a contact, with its last valid rating
-- (metrics.md, section 8): from the contact's arrival to its end plus the window, valid on the rating's own scale.
-- `answer` is that rating as it was given, on `answer_scale`; `rating` is the same on the contract's scale.
-- log: survey_source
-- option: convert refuse
WITH contact AS (
$contacts
    UNION ALL BY NAME
    SELECT DISTINCT ON (source, case_id) 'case' AS channel, source, case_id AS contact_id, begins_at AS arrival_at,
           last_at AS ended_at, queue, agent_id, customer_id, topic, load_id, true AS was_answered
    FROM item_case WHERE begins_at >= $since_at AND begins_at < $until_at AND cycle = 1
), survey AS (
    SELECT source, survey_id, contact_channel, contact_source, contact_id, invited_at, answered_at, rating, contradicting,
           load_id, scale IS NULL AS is_on_contract_scale,
           CASE WHEN scale IS NULL THEN $scale_low WHEN split_part(scale, '-', 3) = ''
                THEN TRY_CAST(split_part(scale, '-', 1) AS DECIMAL(18, 6)) END  AS low,
           CASE WHEN scale IS NULL THEN $scale_high WHEN split_part(scale, '-', 3) = ''
                THEN TRY_CAST(split_part(scale, '-', 2) AS DECIMAL(18, 6)) END  AS high
    FROM (SELECT * REPLACE (nullif(trim(scale), '') AS scale) FROM item_survey)
    WHERE coalesce(least(invited_at, answered_at) <= $cut_off_at, true)
), answer AS (
    SELECT contact.* REPLACE (coalesce(contact.contradicting, false) OR survey.contradicting AS contradicting,
                              greatest(contact.load_id, survey.load_id) AS load_id),
           survey.source AS survey_source, survey_id, answered_at, rating, low, high,
           low < high IS NOT TRUE                                                    AS is_of_unknown_scale,
           rating BETWEEN low AND high                                               AS is_valid,
           answered_at IS NULL OR (answered_at >= arrival_at AND answered_at <= $cut_off_at
               AND answered_at <= ended_at + to_microseconds(CAST($window_h * 3600000000 AS BIGINT))) AS is_in_window
    FROM survey JOIN contact
      ON survey.contact_channel = contact.channel AND survey.contact_id = contact.contact_id
     AND coalesce(survey.contact_source, contact.source) = contact.source
), rated AS (
    SELECT channel, source, contact_id, any_value(arrival_at) AS arrival_at, any_value(queue) AS queue,
           any_value(agent_id) AS agent_id, any_value(customer_id) AS customer_id, any_value(customer_type) AS customer_type,
           any_value(topic) AS topic, max(load_id) AS load_id, bool_or(was_answered) AS was_answered,
           min(survey_source) AS survey_source,
           -- a rating without a time of its own stands where the contact arrived; of one instant the greater id is later
           arg_max({rating: rating, low: low, high: high}, (coalesce(answered_at, arrival_at), survey_source, survey_id))
               FILTER (is_valid AND is_in_window AND NOT is_of_unknown_scale)        AS last,
           bool_or(rating IS NOT NULL AND is_in_window AND is_of_unknown_scale)      AS has_unknown_scale,
           bool_or(NOT is_valid AND is_in_window AND NOT is_of_unknown_scale)        AS has_off_scale,
           any_value(ended_at) + to_microseconds(CAST($window_h * 3600000000 AS BIGINT)) >= $cut_off_at AS may_still_answer,
           bool_or(contradicting)                                                    AS contradicting
    FROM answer GROUP BY channel, source, contact_id
), stray AS (
    -- invited in these days for a contact that none of them has: of another month, or of no log at all
    SELECT * FROM survey ANTI JOIN (SELECT survey_source AS source, survey_id FROM answer) USING (source, survey_id)
    WHERE coalesce(invited_at, answered_at) >= $since_at AND coalesce(invited_at, answered_at) < $until_at
), known AS (
    SELECT stray.source, stray.survey_id
    FROM (SELECT 'phone' AS channel, source, call_id AS contact_id FROM item_call
          UNION ALL SELECT 'chat', source, session_id FROM item_session
          UNION ALL SELECT 'email', source, thread_id FROM item_thread
          UNION ALL SELECT 'case', source, case_id FROM item_case) anywhere
    JOIN stray ON stray.contact_channel = anywhere.channel AND stray.contact_id = anywhere.contact_id
    WHERE coalesce(stray.contact_source, anywhere.source) = anywhere.source
), nowhere AS (
    SELECT contact_channel AS channel, coalesce(contact_source, source) AS source, contact_id,
           min(coalesce(invited_at, answered_at)) AS arrival_at, max(load_id) AS load_id, min(source) AS survey_source
    FROM stray ANTI JOIN known USING (source, survey_id) GROUP BY ALL
), candidate AS (
    SELECT *, CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue'
                   WHEN NOT coalesce(was_answered, false) THEN 'nobody handled it' END AS outside
    FROM rated
    UNION ALL BY NAME
    SELECT *, 'contact not in the logs' AS outside FROM nowhere
)
SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue, agent_id,
       customer_id, customer_type, topic, load_id, outside, survey_source, contradicting,
       last.rating AS answer, last.high AS highest_answer,
       last.low = $scale_low AND last.high = $scale_high AS is_on_contract_scale,
       CASE WHEN last IS NOT NULL THEN rtrim(rtrim(CAST(last.low AS VARCHAR), '0'), '.') || '-'
            || rtrim(rtrim(CAST(last.high AS VARCHAR), '0'), '.') END AS answer_scale,
       -- in whole millionths, rounded half up once: linear keeps both ends, proportion keeps the share of the highest
       CASE WHEN last.low = $scale_low AND last.high = $scale_high THEN last.rating
            WHEN '$convert' = 'linear' THEN $scale_low + CAST(0.000001 * CAST(
                 (2 * CAST((last.rating - last.low) * 1000000 AS HUGEINT) * CAST(($scale_high - $scale_low) * 1000000 AS HUGEINT)
                    + CAST((last.high - last.low) * 1000000 AS HUGEINT)) // (2 * CAST((last.high - last.low) * 1000000 AS HUGEINT))
                 AS DECIMAL(18, 0)) AS DECIMAL(18, 6))
            WHEN '$convert' = 'proportion' THEN CAST(0.000001 * CAST(
                 (2 * CAST(last.rating * 1000000 AS HUGEINT) * CAST($scale_high * 1000000 AS HUGEINT)
                    + CAST(last.high * 1000000 AS HUGEINT)) // (2 * CAST(last.high * 1000000 AS HUGEINT))
                 AS DECIMAL(18, 0)) AS DECIMAL(18, 6)) END AS rating,
       coalesce(has_unknown_scale, false) AS has_unknown_scale, coalesce(has_off_scale, false) AS has_off_scale, may_still_answer
FROM candidate
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
