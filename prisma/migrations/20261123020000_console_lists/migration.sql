-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

-- Lists of a project's scenarios in the orders that the console offers; a deleted one is in none.
CREATE INDEX "scenario_by_name" ON "scenario" ("project_id", "name", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "scenario_by_next_due" ON "scenario" ("project_id", "next_due_at", "id") WHERE "deleted_at" IS NULL;

-- Runs by their end, for statistics and the timeline. An entry is made once in a run's life, when it ends, and has
-- all that they ask, so that a long period is read from the index alone.
CREATE INDEX "run_ended_in_project" ON "run" ("project_id", "finished_at")
  INCLUDE ("id", "state", "started_at", "created_at") WHERE "finished_at" IS NOT NULL;
CREATE INDEX "run_ended_of_scenario" ON "run" ("scenario_id", "finished_at")
  INCLUDE ("state", "started_at") WHERE "finished_at" IS NOT NULL;
