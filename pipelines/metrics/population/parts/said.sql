answer AS (
    -- what customers said when asked whether the matter is resolved, in the order of their answers
    SELECT contact_channel, contact_source, contact_id, bool_or(contradicting) AS is_said_twice, max(load_id) AS load_id,
           list({answered_at: coalesce(answered_at, TIMESTAMPTZ '-infinity'), source: source, survey_id: survey_id, said: resolved}
                ORDER BY coalesce(answered_at, TIMESTAMPTZ '-infinity'), source, survey_id)
               FILTER (resolved IS NOT NULL AND coalesce(answered_at <= $cut_off_at, true)) AS answers
    FROM item_survey WHERE coalesce(least(invited_at, answered_at) <= $cut_off_at, true)
    GROUP BY contact_channel, contact_source, contact_id
), asked AS (
    SELECT handled.* REPLACE (greatest(handled.load_id, here.load_id, anywhere.load_id) AS load_id),
           here.contact_id IS NOT NULL OR anywhere.contact_id IS NOT NULL              AS is_asked,
           coalesce(here.is_said_twice, false) OR coalesce(anywhere.is_said_twice, false) AS is_said_twice,
           -- the last answer from the contact's arrival to its end plus the window; one without a time stands at the arrival
           list_filter(list_sort(list_concat(here.answers, anywhere.answers)), lambda answer:
               (answer.answered_at >= arrival_at OR answer.answered_at = TIMESTAMPTZ '-infinity')
               AND answer.answered_at <= ended_at + to_microseconds(CAST($window_h * 3600000000 AS BIGINT)))[-1].said
                                                                                       AS said_resolved
    FROM handled
    LEFT JOIN answer here ON here.contact_channel = handled.channel AND here.contact_id = handled.item_id
                         AND here.contact_source = handled.item_source
    LEFT JOIN answer anywhere ON anywhere.contact_channel = handled.channel AND anywhere.contact_id = handled.item_id
                             AND anywhere.contact_source IS NULL
)
