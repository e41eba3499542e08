-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

-- For a list by name: "apple" before "Banana", whatever collation the database has.
ALTER TABLE "scenario" ADD COLUMN "name_key" TEXT GENERATED ALWAYS AS (lower("name")) STORED;
DROP INDEX "scenario_by_name";
CREATE INDEX "scenario_by_name" ON "scenario" ("project_id", "name_key", "id") WHERE "deleted_at" IS NULL;
