-- Grain: one event by which a person said what a file or a finding is, in order. Parameters: event (noted, explained).
-- Grows with: what persons said.
-- Re-run: reads only.
select body
  from register.event
 where event = %(event)s and event in ('noted', 'explained')
 order by position
