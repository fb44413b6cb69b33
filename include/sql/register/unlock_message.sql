-- Grain: the message of a version, locked before by this session. Parameters: message (the version as text).
-- Re-run: gives false, and changes nothing, when it is not locked.
select pg_advisory_unlock(x'4d41494c'::int, hashtext(%(message)s))
