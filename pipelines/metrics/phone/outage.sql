/*
metric: phone.outage@1
name: {zh: 服务中断次数, en: Outages of service}
text:
  zh: 服务时间内连续至少 at_least_min 分钟有来电而无人接听的次数：自接听（或开线）之后的第一通来电起，至下一次接听、收线、当地零点或截止时刻止，其间来电不少于 at_least_calls 通。按合同的全部来电计，归属于开始的那一天。
  en: Stretches of at least at_least_min minutes of service time in which calls came and nobody answered one - from the first call offered after an answer or an opening to the next answer, the close, local midnight or the cut-off - with at least at_least_calls calls offered. Over all calls of the contract; of the day on which it begins.
population: silence
aggregate: count
numerator: missed
unit: outages
better: lower
partition: whole
terms:
  at_least_min: {unit: min, default: "30", at_least: "1", at_most: "1440", of_population: "true", zh: 至少几分钟, en: minutes at least}
  at_least_calls: {unit: calls, default: "1", at_least: "1", at_most: "1000", zh: 其间至少几通来电, en: calls offered in it at least}
*/
CASE
  WHEN NOT is_known                                                     THEN 'unmeasurable: no calendar for that day'
  WHEN silent_s >= at_least_min * 60 AND call_count >= at_least_calls   THEN 'missed'
  ELSE 'met'
END
