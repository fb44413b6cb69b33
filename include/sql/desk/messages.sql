-- Grain: the message of one version of a report, with what mail servers told of it, the newest first.
-- Parameters: contract_id, report_number.
-- Grows with: the versions of one report.
-- Re-run: reads only.
select d.version, d.recipient, d.state, d.attempts, d.detail, d.sent_at,
       coalesce(b.told, '[]') as bounces
  from register.delivery d
  left join lateral (select jsonb_agg(jsonb_build_object('read_at', read_at, 'action', action, 'detail', detail,
                                                         'objection', objection) order by read_at) as told
                       from register.bounce
                      where (contract_id, report_number, version) = (d.contract_id, d.report_number, d.version)) b on true
 where d.contract_id = %(contract_id)s and d.report_number = %(report_number)s
 order by d.version desc
