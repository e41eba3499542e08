-- Ends an upgrade from before v0.0.38 that left old tables behind:
--
--     psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f prisma/scripts/drop_pipeline_schedules.sql
--     npm run upgrade:drop-pipeline-schedules        the same without psql
--
-- Every row of pipeline_schedules becomes a scenario with one run_recipe step, with its cron, zone, owner and
-- switch. The table stays as legacy_pipeline_schedules, with all of its columns, and its old name is gone. The next
-- start of the API or a worker reckons when the scenarios are due; what passed is not caught up.
--
-- A report_schedules that came back after a start had taken it over is kept as legacy_report_schedules_<n> without
-- becoming scenarios: its reports would go out twice. One that was not taken over yet is left to the next start.
--
-- One transaction: all or nothing. It refuses, with their ids, rows that cannot become scenarios. A second time it
-- finds nothing to do. Searched are public, honeyframe and what search_path names.

begin;

-- What is wrong with a cron expression, in words; null: nothing that can be seen from here.
create or replace function pg_temp.hf_cron_problem(given text) returns text language plpgsql as $function$
declare
  field_names constant text[] := array['minute', 'hour', 'day of month', 'month', 'day of week'];
  lows constant int[] := array[0, 0, 1, 1, 0];
  highs constant int[] := array[59, 23, 31, 12, 7];
  months constant text[] := array['JAN','FEB','MAR','APR','MAY','JUN','JUL','AUG','SEP','OCT','NOV','DEC'];
  weekdays constant text[] := array['SUN','MON','TUE','WED','THU','FRI','SAT'];
  fields text[];
  item text;
  parts text[];
  names text[];
  low int;
  high int;
begin
  if coalesce(btrim(given), '') = '' then return 'is missing'; end if;
  if lower(btrim(given)) in ('@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually') then
    return null;
  end if;
  fields := regexp_split_to_array(btrim(given), '\s+');
  if cardinality(fields) <> 5 then
    return format('has %s fields where exactly five are needed', cardinality(fields));
  end if;
  for i in 1..5 loop
    names := case i when 4 then months when 5 then weekdays else array[]::text[] end;
    foreach item in array string_to_array(upper(fields[i]), ',') loop
      continue when i = 3 and item = 'L';
      if i = 5 and item ~ '^[^#/-]+#[1-5]$' then item := split_part(item, '#', 1); end if;
      parts := regexp_match(item, '^(?:(\*)|([0-9]{1,2}|[A-Z]{3})(?:-([0-9]{1,2}|[A-Z]{3}))?)(?:/([0-9]{1,2}))?$');
      if parts is null then return format('has a %s "%s" that is not understood', field_names[i], item); end if;
      if parts[4] is not null and (parts[4]::int < 1 or parts[4]::int > highs[i]) then
        return format('has a %s "%s" with a bad step', field_names[i], item);
      end if;
      continue when parts[1] is not null;
      low := case when parts[2] ~ '^[0-9]' then parts[2]::int else array_position(names, parts[2]) - 1 + lows[i] end;
      high := case when parts[3] is null then low when parts[3] ~ '^[0-9]' then parts[3]::int
                   else array_position(names, parts[3]) - 1 + lows[i] end;
      if i = 5 and parts[3] = 'SUN' and low > 0 then high := 7; end if;
      if low is null or high is null or low < lows[i] or high > highs[i] or low > high then
        return format('has a %s "%s" that is out of range', field_names[i], item);
      end if;
    end loop;
  end loop;
  return null;
end
$function$;

do $script$
declare
  searched constant text[] := array['public', 'honeyframe'] || current_schemas(false)::text[];
  started constant timestamptz := clock_timestamp();
  old record;
  line jsonb;
  place record;
  problems text[] := array[]::text[];
  wrong text[];
  recipe text;
  zone text;
  title text;
  stem text;
  wanted text;
  cron text;
  n int;
  config jsonb;
  new_id int;
  taken jsonb[];
  archive text;
  kept bigint;
begin
  -- The lock of a start: neither works beside the other.
  perform pg_advisory_xact_lock(29385687173195634);
  if to_regclass('honeyframe.upgrade_ledger') is null then
    raise exception 'This database was not migrated yet: schema honeyframe has no upgrade_ledger.'
      using hint = 'Start the new version once (npm run api); it migrates, and then asks for this script.';
  end if;
  set local timezone = 'UTC';
  -- A plan made while a table was small would scan it when it is large.
  set local enable_seqscan = off;
  set local jit = off;
  create temp table hf_zone on commit drop as
    select name from pg_timezone_names
    where name !~ '^(posix|right)/' and name not in ('Factory', 'localtime', 'posixrules');
  -- The numbers that slugs of a stem got: asking for each from 2 on would be quadratic, as would one row that grows.
  create temp table hf_slug (project_id int, base text, last int, primary key (project_id, base, last)) on commit drop;

  for old in
    select t.nspname as schema, c.relname as name, c.relkind in ('r', 'p') as is_table
    from pg_class c join pg_namespace t on t.oid = c.relnamespace
    where c.relname in ('pipeline_schedules', 'report_schedules') and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and t.nspname = any(searched)
    order by 2, 1
  loop
    if not old.is_table then
      raise exception '%.% is a view or a foreign table; it holds no rows of its own that could be kept.', old.schema, old.name
        using hint = format('Drop or rename it yourself, then run this script again: drop view %I.%I', old.schema, old.name);
    end if;
    execute format('lock table %I.%I in access exclusive mode', old.schema, old.name);

    -- legacy_<name>, or with the first number that is free.
    archive := 'legacy_' || old.name;
    n := 1;
    while to_regclass(format('%I.%I', old.schema, archive)) is not null loop
      n := n + 1;
      archive := format('legacy_%s_%s', old.name, n);
    end loop;

    if old.name = 'report_schedules' then
      if not exists (select from honeyframe.upgrade_ledger
                     where source = 'report_schedules' and detail->>'schema' = old.schema) then
        raise notice '%.report_schedules is left to the next start, which makes scenarios of its rows.', old.schema;
        continue;
      end if;
      execute format('select count(*) from %I.%I', old.schema, old.name) into kept;
      execute format('alter table %I.%I rename to %I', old.schema, old.name, archive);
      insert into honeyframe.upgrade_ledger (source, archive, converted, detail, at)
      values ('report_schedules', format('%s.%s', old.schema, archive), 0,
              jsonb_build_object('schema', old.schema, 'kept', kept, 'why', 'it came back after it was taken over'),
              clock_timestamp());
      raise notice '%.report_schedules had been taken over before and came back: its % rows are kept in %.% and did not become scenarios.',
        old.schema, kept, old.schema, archive;
      continue;
    end if;

    taken := array[]::jsonb[];
    for line in execute
      format('select to_jsonb(t) from %I.%I t order by to_jsonb(t)->''id''', old.schema, old.name)
    loop
      wrong := array[]::text[];
      select p.id, p.org_id, coalesce(p.timezone, o.timezone) as zone into place
      from honeyframe.project p join honeyframe.org o on o.id = p.org_id
      where p.id = case when line->>'project_id' ~ '^[0-9]{1,9}$' then (line->>'project_id')::int end;
      if not found then wrong := wrong || format('project_id %s is no project', line->'project_id'); end if;
      if not exists (select from honeyframe."user" u join honeyframe.user_org m on m.user_id = u.id
                     where u.id = case when line->>'owner_user_id' ~ '^[0-9]{1,9}$'
                                       then (line->>'owner_user_id')::int end
                       and u.deactivated_at is null and m.org_id = place.org_id) then
        wrong := wrong || format('owner_user_id %s is no active member of the project''s organisation',
                                 coalesce(line->>'owner_user_id', 'null'));
      end if;
      recipe := btrim(line->>'recipe');
      if coalesce(recipe, '') = '' or jsonb_typeof(line->'recipe') not in ('string', 'number') then
        wrong := wrong || format('recipe %s names no recipe', coalesce(line->>'recipe', 'null'));
      elsif recipe like '%{{%' then
        wrong := wrong || format('recipe "%s" holds {{, which a scenario takes for something to fill in', recipe);
      end if;
      if pg_temp.hf_cron_problem(line->>'cron') is not null then
        wrong := wrong || format('cron "%s" %s', line->>'cron', pg_temp.hf_cron_problem(line->>'cron'));
      end if;
      zone := nullif(btrim(line->>'timezone'), '');
      if zone is not null then
        zone := (select name from hf_zone where lower(name) = lower(zone) limit 1);
        if zone is null then wrong := wrong || format('timezone "%s" is unknown', line->>'timezone'); end if;
      end if;
      if jsonb_typeof(line->'active') is distinct from 'boolean' then
        wrong := wrong || format('active %s is neither true nor false', coalesce(line->>'active', 'null'));
      end if;
      if cardinality(wrong) > 0 then
        problems := problems || format('row %s of %s.%s: %s', coalesce(line->>'id', 'without an id'), old.schema,
                                       old.name, array_to_string(wrong, '; '));
        continue;
      end if;
      continue when cardinality(problems) > 0;

      title := left(coalesce(nullif(btrim(line->>'name'), ''), 'Build ' || recipe), 200);
      stem := rtrim(left(btrim(regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'), '-'), 90), '-');
      stem := case when stem = '' then 'scenario' else stem end;
      n := 1 + coalesce((select max(last) from hf_slug where project_id = place.id and base = stem), 0);
      wanted := case when n = 1 then stem else format('%s-%s', stem, n) end;
      while exists (select from honeyframe.scenario s
                    where s.project_id = place.id and s.slug = wanted and s.deleted_at is null) loop
        n := n + 1;
        wanted := format('%s-%s', stem, n);
      end loop;
      insert into hf_slug values (place.id, stem, n);
      cron := array_to_string(regexp_split_to_array(btrim(line->>'cron'), '\s+'), ' ');
      config := jsonb_build_object(
        'slug', wanted,
        'name', title,
        'description', format('Taken over from row %s of %s.%s.', line->>'id', old.schema, old.name),
        'ownerUserId', (line->>'owner_user_id')::int,
        'enabled', (line->>'active')::bool,
        'trigger', jsonb_strip_nulls(jsonb_build_object(
          'cron', case when cron like '@%' then lower(cron) else cron end, 'timezone', zone)),
        'steps', jsonb_build_array(jsonb_build_object(
          'kind', 'run_recipe', 'name', 'run_recipe',
          'recipe', case jsonb_typeof(line->'recipe') when 'string' then to_jsonb(recipe) else line->'recipe' end)),
        'policies', '{}'::jsonb);
      insert into honeyframe.scenario (org_id, project_id, owner_user_id, slug, name, description, trigger, steps,
                                       policies, step_kinds, zone, enabled, created_at, updated_at, idle_since)
      values (place.org_id, place.id, (config->>'ownerUserId')::int, wanted, title, config->>'description',
              config->'trigger', config->'steps', config->'policies', array['run_recipe'],
              coalesce(zone, place.zone), (config->>'enabled')::bool, started, started,
              case when not (config->>'enabled')::bool then started end)
      returning id into new_id;
      insert into honeyframe.scenario_version (scenario_id, version, config, author_user_id, created_at)
      values (new_id, 1, config, 0, started);
      insert into honeyframe.audit_log (org_id, user_id, at, action, resource_type, resource_id, after)
      values (place.org_id, 0, started, 'scenario.create', 'scenario', new_id::text, config);
      taken := taken || jsonb_build_object('id', line->'id', 'scenario_id', new_id);
    end loop;

    if cardinality(problems) = 0 then
      execute format('alter table %I.%I rename to %I', old.schema, old.name, archive);
      -- "timed": the next start reckons the due times and says so here.
      insert into honeyframe.upgrade_ledger (source, archive, converted, detail, at)
      values ('pipeline_schedules', format('%s.%s', old.schema, archive), cardinality(taken),
              jsonb_build_object('schema', old.schema, 'timed', false, 'rows', to_jsonb(taken)), clock_timestamp());
      perform pg_notify('hf_scenario', '*');
      raise notice '% rows of %.pipeline_schedules are scenarios now; the table is kept as %.%. They tick from the next start on.',
        cardinality(taken), old.schema, old.schema, archive;
    end if;
  end loop;

  if cardinality(problems) > 0 then
    raise exception E'Nothing was changed: % rows cannot become scenarios.\n%', cardinality(problems),
      array_to_string(problems[1:20], E'\n')
        || case when cardinality(problems) > 20 then format(E'\n... and %s more', cardinality(problems) - 20) else '' end
      using hint = 'Mend these rows or delete them, then run this script again.';
  end if;
end
$script$;

commit;
