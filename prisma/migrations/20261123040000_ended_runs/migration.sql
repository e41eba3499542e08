-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

-- One index of ended runs instead of two: each costs the end of every run 4 µs.
DROP INDEX "run_ended_of_scenario";
DROP INDEX "run_ended_in_project";
CREATE INDEX "run_ended" ON "run" ("project_id", "finished_at")
  INCLUDE ("id", "scenario_id", "state", "started_at", "created_at") WHERE "finished_at" IS NOT NULL;
