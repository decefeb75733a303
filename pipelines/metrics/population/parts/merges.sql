merge AS (
    -- which case was merged into which by the cut-off, and when; a case that goes on into a third is carried there too
    SELECT DISTINCT source, case_id, into_case_id, merged_at, 1 AS steps FROM item_case
    WHERE merged_at <= $cut_off_at AND into_case_id <> case_id
    UNION
    SELECT merge.source, merge.case_id, onward.into_case_id, greatest(merge.merged_at, onward.merged_at), steps + 1
    FROM merge JOIN item_case onward ON onward.source = merge.source AND onward.case_id = merge.into_case_id
    WHERE onward.merged_at <= $cut_off_at AND onward.into_case_id <> onward.case_id AND steps < 9
)
