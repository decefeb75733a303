/*
metric: log.completeness@1
name: {zh: 日志完整率, en: Completeness of logs}
text:
  zh: 各来源、渠道每日入库的行数 ÷（入库 + 被拒收的行数）。被拒收的行按所在文件各日入库行数的比例分摊；有服务的一天某来源毫无交付（而此前四周内有）的，按其四周日均行数计为缺失，当日为 0。按来源与渠道限定，不分队列与供应商。
  en: Rows accepted / (accepted + refused) of each source, channel and day. Lines that were refused are spread over their file's days in proportion to its accepted rows; a day of service on which a source gave nothing, though it had within four weeks before, is 0 and weighs as many rows as its mean day of those weeks. By source and channel; a log is not divided by queue or vendor.
population: delivered_log
aggregate: ratio
amount: row_count
whole: row_count + refused_count + expected_count
unit: share
better: higher
partition: whole
terms: {}
*/
CASE
  WHEN NOT is_known        THEN 'unmeasurable: no calendar for that day'
  WHEN expected_count > 0  THEN 'counted: nothing delivered'
  ELSE 'counted'
END
