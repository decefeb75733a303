-- surveyed_contact: contacts whose customer was asked for a rating, one row a contact, with its last valid rating
-- (metrics.md, section 8): from the contact's arrival to its end plus the window, on the contract's scale.
-- log: survey_source
WITH contact AS (
$contacts
    UNION ALL BY NAME
    SELECT DISTINCT ON (source, case_id) 'case' AS channel, source, case_id AS contact_id, begins_at AS arrival_at,
           last_at AS ended_at, queue, agent_id, customer_id, topic, load_id, true AS was_answered
    FROM item_case WHERE begins_at >= $since_at AND begins_at < $until_at AND cycle = 1
), answer AS (
    SELECT contact.* REPLACE (coalesce(contact.contradicting, false) OR survey.contradicting AS contradicting,
                              greatest(contact.load_id, survey.load_id) AS load_id), survey.source AS survey_source, survey.answered_at, survey.rating,
           survey.rating BETWEEN $scale_low AND $scale_high                          AS is_valid,
           survey.answered_at IS NULL OR (survey.answered_at >= contact.arrival_at AND survey.answered_at <= $cut_off_at
               AND survey.answered_at <= contact.ended_at + to_hours($window_h))     AS is_in_window
    FROM item_survey survey JOIN contact
      ON survey.contact_channel = contact.channel AND survey.contact_id = contact.contact_id
     AND coalesce(survey.contact_source, contact.source) = contact.source
    WHERE coalesce(survey.invited_at <= $cut_off_at, true)
), rated AS (
    SELECT channel, source, contact_id, any_value(arrival_at) AS arrival_at, any_value(queue) AS queue,
           any_value(agent_id) AS agent_id, any_value(customer_id) AS customer_id, any_value(customer_type) AS customer_type,
           any_value(topic) AS topic, max(load_id) AS load_id, bool_or(was_answered) AS was_answered,
           any_value(survey_source) AS survey_source,
           arg_max(rating, coalesce(answered_at, arrival_at)) FILTER (rating IS NOT NULL AND is_valid AND is_in_window) AS rating,
           bool_or(rating IS NOT NULL AND NOT is_valid AND is_in_window)             AS has_off_scale,
           any_value(ended_at) + to_hours($window_h) >= $cut_off_at                  AS may_still_answer,
           bool_or(contradicting)                                                    AS contradicting
    FROM answer GROUP BY channel, source, contact_id
)
SELECT source AS item_source, contact_id AS item_id, channel, arrival_at, $service_on AS service_on, queue, agent_id,
       customer_id, customer_type, topic, load_id,
       CASE WHEN NOT coalesce($in_scope, false) THEN 'another contract''s queue'
            WHEN NOT coalesce(was_answered, false) THEN 'nobody handled it' END AS outside,
       survey_source, rating, coalesce(has_off_scale, false) AS has_off_scale, may_still_answer, contradicting
FROM rated
WHERE arrival_at >= $since_at AND arrival_at < $until_at AND arrival_at <= $cut_off_at
