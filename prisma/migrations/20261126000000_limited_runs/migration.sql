-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

-- Queued runs with a limit of their scenario's, by scenario and in the order of the claim: whether there are any, of
-- which scenarios, and which of each come first.
DROP INDEX "run_limited";
CREATE INDEX "run_limited" ON "run" ("project_id", "scenario_id", "priority" DESC, "start_at", "id")
  WHERE "state" = 'queued' AND "max_running" IS NOT NULL;
