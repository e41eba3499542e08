-- AlterTable
ALTER TABLE "org" ADD COLUMN     "draining" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "pause_note" TEXT,
ADD COLUMN     "paused_at" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "max_running" INTEGER;

-- AlterTable
ALTER TABLE "run" ADD COLUMN     "late_at" TIMESTAMPTZ(6),
ADD COLUMN     "max_running" INTEGER,
ADD COLUMN     "retry_mode" TEXT,
ADD COLUMN     "settled" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "start_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "start_before" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "scenario" ADD COLUMN     "idle_since" TIMESTAMPTZ(6),
ADD COLUMN     "failure_told_at" TIMESTAMPTZ(6),
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "upstream_link" (
    "downstream_id" INTEGER NOT NULL,
    "upstream_id" INTEGER NOT NULL,

    CONSTRAINT "upstream_link_pkey" PRIMARY KEY ("downstream_id","upstream_id")
);

-- CreateTable
CREATE TABLE "arrival" (
    "id" BIGSERIAL NOT NULL,
    "downstream_id" INTEGER NOT NULL,
    "upstream_id" INTEGER NOT NULL,
    "run_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "arrival_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calendar" (
    "id" SERIAL NOT NULL,
    "project_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "dates" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "weekdays" INTEGER[] DEFAULT ARRAY[]::INTEGER[],

    CONSTRAINT "calendar_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backfill" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "scenario_id" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(6) NOT NULL,
    "to_at" TIMESTAMPTZ(6) NOT NULL,
    "overlap" TEXT NOT NULL,
    "runs" INTEGER NOT NULL DEFAULT 0,
    "created_by_user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backfill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "scenario_id" INTEGER NOT NULL,
    "run_id" BIGINT,
    "kind" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reply" TEXT,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "released_at" TIMESTAMPTZ(6),

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "upstream_link_upstream_id_idx" ON "upstream_link"("upstream_id");

-- CreateIndex
CREATE UNIQUE INDEX "arrival_downstream_id_run_id_key" ON "arrival"("downstream_id", "run_id");

-- CreateIndex
CREATE UNIQUE INDEX "calendar_project_id_name_key" ON "calendar"("project_id", "name");

-- CreateIndex
CREATE INDEX "backfill_scenario_id_id_idx" ON "backfill"("scenario_id", "id");

-- CreateIndex
CREATE INDEX "notification_org_id_id_idx" ON "notification"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "notification_scenario_id_run_id_kind_channel_target_key" ON "notification"("scenario_id", "run_id", "kind", "channel", "target");

-- AddForeignKey
ALTER TABLE "upstream_link" ADD CONSTRAINT "upstream_link_downstream_id_fkey" FOREIGN KEY ("downstream_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upstream_link" ADD CONSTRAINT "upstream_link_upstream_id_fkey" FOREIGN KEY ("upstream_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "calendar" ADD CONSTRAINT "calendar_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backfill" ADD CONSTRAINT "backfill_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "arrival_downstream_id_id_idx" ON "arrival"("downstream_id", "id");

-- CreateIndex
CREATE INDEX "notification_scenario_id_id_idx" ON "notification"("scenario_id", "id");

-- CreateIndex
CREATE INDEX "notification_run_id_idx" ON "notification"("run_id");

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_origin_run_id_fkey" FOREIGN KEY ("origin_run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "run_org_id_id_idx" ON "run"("org_id", "id");

-- CreateIndex
CREATE INDEX "tick_org_id_id_idx" ON "tick"("org_id", "id");

-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

UPDATE "run" SET "start_at" = "due_at";

-- The queue, in the order of the claim within a project: workers take from each project in turn.
DROP INDEX "run_queue";
CREATE INDEX "run_queue" ON "run" ("project_id", "priority" DESC, "start_at", "id") WHERE "state" = 'queued';

-- Runs of a project under way, for its limit.
CREATE INDEX "run_running" ON "run" ("project_id", "scenario_id") WHERE "state" = 'running';

-- Runs that may not start any more after some time.
CREATE INDEX "run_start_before" ON "run" ("start_before")
  WHERE "state" IN ('queued', 'waiting') AND "start_before" IS NOT NULL;

-- Queued runs with a limit of their scenario's: whether there are any is asked all the time.
CREATE INDEX "run_limited" ON "run" ("id") WHERE "state" = 'queued' AND "max_running" IS NOT NULL;

-- Pauses that end by themselves.
CREATE INDEX "scenario_paused_until" ON "scenario" ("paused_until") WHERE "paused_until" IS NOT NULL;

-- The retries of a run; most runs are none.
CREATE INDEX "run_origin" ON "run" ("origin_run_id", "id") WHERE "origin_run_id" IS NOT NULL;

-- Ends that are still to be counted and told.
CREATE INDEX "run_unsettled" ON "run" ("scenario_id") WHERE NOT "settled";

-- Arrivals that no ticker has looked at yet: all that it asks for.
CREATE INDEX "arrival_unseen" ON "arrival" ("downstream_id") WHERE NOT "seen";

-- What a run's success set off: ticks by the upstream runs that they stand for.
CREATE INDEX "tick_upstream_runs" ON "tick" USING gin (("detail"->'upstream_runs') jsonb_path_ops)
  WHERE "source" = 'upstream';

CREATE INDEX "notification_pending" ON "notification" ("next_at") WHERE "state" IN ('pending', 'sending');

ALTER TABLE "notification" ADD CONSTRAINT "notification_state" CHECK ("state" IN ('pending', 'sending', 'sent', 'failed', 'unknown'));
ALTER TABLE "run" ADD CONSTRAINT "run_retry_mode" CHECK ("retry_mode" IN ('from_failed', 'from_start'));
INSERT INTO "installation" ("id") VALUES (1);
