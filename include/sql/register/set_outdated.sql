-- Grain: one registered version, marked as out of date by these changes, or with nulls as no longer so.
-- Parameters: contract_id, report_number, version, changes_sha256 (null: its figures are as they were issued).
-- Re-run: gives no row when it is marked so already, or when a later version has superseded it.
update register.report
   set outdated_at = case when %(changes_sha256)s::text is null then null else now() end,
       changes_sha256 = %(changes_sha256)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and registered_at is not null and state <> 'superseded'
   and changes_sha256 is distinct from %(changes_sha256)s
returning version
