-- asked_contact: handled contacts, and whether the customer said, when asked, that the matter is resolved (metrics.md,
-- section 6). A population of its own, so that metrics which do not ask neither pay for that join nor rest on that log.
-- option: or_resolved true
WITH RECURSIVE $handled, $said
SELECT *, CAST(NULL AS TIMESTAMPTZ) AS repeated_at FROM asked
