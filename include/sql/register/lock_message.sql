-- Grain: the message of a version, for whoever looks whether it can be sent; held until it is unlocked or the session ends.
-- Parameters: message (the version as text). Re-run: the same session gets it again; another one waits for its lock_timeout.
select pg_advisory_lock(x'4d41494c'::int, hashtext(%(message)s))
