-- Reports of mail servers have events from now on; the daily check finds one that has none by its name and hash.
create index event_of_bounce on register.event ((body::jsonb #>> '{bounce,object_key}'), (body::jsonb #>> '{bounce,sha256}'))
 where event = 'reported';
