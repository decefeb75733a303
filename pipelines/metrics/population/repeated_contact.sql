-- repeated_contact: handled contacts, and when the same customer next got in touch about the same ($same) (metrics.md,
-- section 6): an offered call, abandoned ones included, a chat of the population or a new inbound thread, of any channel and
-- queue, whenever it came. Each matter's contacts stand in order of arrival; the next one is the repeat, if it is soon enough.
-- Two that came at one instant overlap, and repeat each other.
-- option: or_resolved true
WITH RECURSIVE $handled, $said, $repeats
SELECT asked.*, repeated_at FROM asked LEFT JOIN repeat USING (channel, item_source, item_id)
