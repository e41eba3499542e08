-- What people look for in long histories: what was made otherwise than by the schedule, what did not succeed, and what
-- was due in a period. The first three are small, for most runs are in none of them, and none is written while a run is
-- under way. Runs are made in the order of their due times, nearly, so of a project a block range index of some
-- kilobytes does; of a scenario it would read what all others had in that period. With 10,000,000 runs each of these
-- took seconds; now a few milliseconds (bench/history.ts).
CREATE INDEX "run_source_in_project" ON "run" ("project_id", "source", "id") WHERE "source" <> 'schedule';
CREATE INDEX "run_source_of_scenario" ON "run" ("scenario_id", "source", "id") WHERE "source" <> 'schedule';
CREATE INDEX "run_unsuccessful" ON "run" ("scenario_id", "state", "id") WHERE "state" IN ('failed', 'cancelled');
CREATE INDEX "run_due" ON "run" USING brin ("due_at") WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX "run_scenario_id_due_at_idx" ON "run" ("scenario_id", "due_at");
