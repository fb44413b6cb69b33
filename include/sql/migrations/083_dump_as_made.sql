-- A dump is the same one whatever packed, or enciphered, it after it was made, and however often: the one list of endings.
create or replace function core.dump_as_made(file_name text) returns text
    language sql immutable
    return regexp_replace(file_name,
        '(\.(gz|gzip|z|bz|bz2|bzip2|xz|lz|lz4|lzma|lzo|zst|zstd|br|sz|zip|zipx|7z|rar|tar|tgz|tbz|tbz2|txz|tzst'
        '|gpg|pgp|age|enc|aes))+$', '', 'i');
comment on function core.dump_as_made is
    'The name of a dump without the endings that what packs and enciphers files gave it later';
