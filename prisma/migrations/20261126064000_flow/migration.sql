-- Which run wrote a dataset, and what came of a recipe's last build.
ALTER TABLE "dataset" ADD COLUMN "written_by_run_id" BIGINT;
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_written_by_run_id_fkey"
  FOREIGN KEY ("written_by_run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "dataset_written_by_run_id_idx" ON "dataset"("written_by_run_id");

ALTER TABLE "recipe" ADD COLUMN "built_at" TIMESTAMPTZ(6),
  ADD COLUMN "built_by_run_id" BIGINT,
  ADD COLUMN "build_state" TEXT,
  ADD COLUMN "build_message" TEXT,
  ADD COLUMN "row_count" BIGINT;
ALTER TABLE "recipe" ADD CONSTRAINT "recipe_built_by_run_id_fkey"
  FOREIGN KEY ("built_by_run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "recipe_built_by_run_id_idx" ON "recipe"("built_by_run_id");

-- The latest runs that moved data: what the Flow shows of each node.
CREATE INDEX "run_of_data" ON "run"("project_id", "id" DESC)
  WHERE "step_kinds" && ARRAY['sync_dataset', 'run_recipe', 'run_python', 'run_agent']::TEXT[];
