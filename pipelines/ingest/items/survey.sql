-- item_survey: one row a survey, its latest version.
SELECT source, survey_id, contact_channel, contact_source, contact_id, invited_at, answered_at, rating, scale, resolved,
       contradicting, coalesce(ambiguous_time, false) AS ambiguous_time, load_id
FROM ($latest)
