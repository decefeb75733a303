-- handled_contact: contacts that a person handled, on any channel, one row a contact (metrics.md, section 6), with the cases
-- that name it. A contact is a call answered, a chat with a person's line, an email thread with a reply; its agent is the
-- last one who handled it.
-- due: arrival_at done_at withdrawn_at known_until_at
-- pauses: pauses
-- option: or_resolved true
-- period due: due_at
-- period end: coalesce(least(done_at, withdrawn_at), CASE WHEN NOT in_time_known_until_at THEN due_at END)
WITH RECURSIVE $handled
SELECT *, false AS is_asked, false AS is_said_twice, CAST(NULL AS BOOLEAN) AS said_resolved,
       CAST(NULL AS TIMESTAMPTZ) AS repeated_at
FROM handled
