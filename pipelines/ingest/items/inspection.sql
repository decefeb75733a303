-- item_inspection: one row an inspection, its latest version.
SELECT source, inspection_id, contact_channel, contact_source, contact_id, inspected_at, accuracy, attitude, total, fatal,
       violations, agent_id, contradicting, coalesce(ambiguous_time, false) AS ambiguous_time, load_id
FROM ($latest)
