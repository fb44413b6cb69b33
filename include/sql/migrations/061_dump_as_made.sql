-- One dump has two names when it is compressed after it was made.
create function core.dump_as_made(file_name text) returns text
    language sql immutable
    return regexp_replace(file_name, '\.(gz|bz2|xz|zst|zip|z|7z)$', '', 'i');
comment on function core.dump_as_made is 'The name of a dump without the ending that its compression gave it';
