/*
metric: contact.handled@1
name: {zh: 人工接触量, en: Contacts handled}
text:
  zh: 由人工处理的接触数：接通的来电、有人工发言的会话、有人工回复的邮件往来，按到达时间归属；范围可限定渠道。计费的数量。
  en: Contacts that a person handled - calls answered, chats with a person's line, email threads with a reply - by arrival; a scope may name channels. The quantity of fees per contact.
population: counted_contact
aggregate: count
numerator: counted
unit: contacts
better: higher
terms: {}
*/
CASE
  WHEN contradicting  THEN 'unmeasurable: contradicting deliveries'
  ELSE 'counted'
END
