-- CreateTable
CREATE TABLE "org" (
    "id" SERIAL NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "org_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "seat_type" TEXT NOT NULL DEFAULT 'full',
    "is_service" BOOLEAN NOT NULL DEFAULT false,
    "must_reset_password" BOOLEAN NOT NULL DEFAULT false,
    "deactivated_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_org" (
    "user_id" INTEGER NOT NULL,
    "org_id" INTEGER NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "default_project_id" INTEGER,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_org_pkey" PRIMARY KEY ("user_id","org_id")
);

-- CreateTable
CREATE TABLE "group" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_permission" (
    "id" SERIAL NOT NULL,
    "group_id" INTEGER NOT NULL,
    "project_id" INTEGER,
    "role" TEXT NOT NULL,

    CONSTRAINT "group_permission_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_group" (
    "user_id" INTEGER NOT NULL,
    "group_id" INTEGER NOT NULL,

    CONSTRAINT "user_group_pkey" PRIMARY KEY ("user_id","group_id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "project_id" INTEGER,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expires_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "address" TEXT,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "owner_user_id" INTEGER NOT NULL,
    "timezone" TEXT,
    "warehouse_schema" TEXT NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connector" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "secrets" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connector_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "connector_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "source" JSONB NOT NULL DEFAULT '{}',
    "table_name" TEXT NOT NULL,
    "mode" TEXT NOT NULL DEFAULT 'full',
    "key_columns" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "cursor_column" TEXT,
    "cursor_value" TEXT,
    "layer" TEXT NOT NULL DEFAULT 'raw',
    "columns" JSONB NOT NULL DEFAULT '[]',
    "row_count" BIGINT,
    "last_synced_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "layout" JSONB NOT NULL DEFAULT '{}',
    "default_time_filter" JSONB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dashboard_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_card" (
    "id" SERIAL NOT NULL,
    "dashboard_id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "visualisation" TEXT NOT NULL,
    "sql" TEXT,
    "options" JSONB NOT NULL DEFAULT '{}',
    "position" JSONB NOT NULL DEFAULT '{}',
    "required_permission" TEXT,

    CONSTRAINT "dashboard_card_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_revisions" (
    "id" SERIAL NOT NULL,
    "dashboard_id" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "author_user_id" INTEGER NOT NULL,
    "change_note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dashboard_revisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scenario" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "owner_user_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "trigger" JSONB,
    "steps" JSONB NOT NULL,
    "policies" JSONB NOT NULL DEFAULT '{}',
    "step_kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "zone" TEXT NOT NULL DEFAULT 'UTC',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "paused_at" TIMESTAMPTZ(6),
    "paused_until" TIMESTAMPTZ(6),
    "pause_note" TEXT,
    "broken" JSONB,
    "next_due_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(6),

    CONSTRAINT "scenario_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scenario_version" (
    "scenario_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "config" JSONB NOT NULL,
    "author_user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scenario_version_pkey" PRIMARY KEY ("scenario_id","version")
);

-- CreateTable
CREATE TABLE "tick" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "scenario_id" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "source_key" TEXT NOT NULL DEFAULT '',
    "outcome" TEXT NOT NULL,
    "run_id" BIGINT,
    "reason" TEXT,
    "detail" JSONB,
    "until_at" TIMESTAMPTZ(6),
    "count" INTEGER NOT NULL DEFAULT 1,
    "decided_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tick_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "scenario_id" INTEGER,
    "owner_user_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "source_key" TEXT NOT NULL DEFAULT '',
    "triggered_by_user_id" INTEGER,
    "origin_run_id" BIGINT,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "state" TEXT NOT NULL,
    "exclusive" BOOLEAN NOT NULL DEFAULT true,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "config" JSONB NOT NULL,
    "params" JSONB NOT NULL DEFAULT '{}',
    "context" JSONB NOT NULL DEFAULT '{}',
    "step_kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "config_version" INTEGER NOT NULL DEFAULT 1,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "worker_id" TEXT,
    "lease_until" TIMESTAMPTZ(6),
    "lost_claims" INTEGER NOT NULL DEFAULT 0,
    "event_seq" INTEGER NOT NULL DEFAULT 0,
    "flush_id" BIGINT,
    "cancel_requested_at" TIMESTAMPTZ(6),
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 80);

-- CreateTable
CREATE TABLE "run_claim" (
    "run_id" BIGINT NOT NULL,
    "fence" INTEGER NOT NULL,
    "worker_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_claim_pkey" PRIMARY KEY ("run_id","fence")
);

-- CreateTable
CREATE TABLE "step_run" (
    "run_id" BIGINT NOT NULL,
    "pos" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "output" JSONB,
    "reason" TEXT,
    "progress" JSONB,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "step_run_pkey" PRIMARY KEY ("run_id","pos")
) WITH (fillfactor = 80);

-- CreateTable
CREATE TABLE "step_attempt" (
    "run_id" BIGINT NOT NULL,
    "pos" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "worker_id" TEXT NOT NULL,
    "fence" INTEGER NOT NULL,
    "reason" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "step_attempt_pkey" PRIMARY KEY ("run_id","pos","attempt")
);

-- CreateTable
CREATE TABLE "run_event" (
    "run_id" BIGINT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "run_event_pkey" PRIMARY KEY ("run_id","seq")
) PARTITION BY RANGE ("run_id");

-- CreateTable
CREATE TABLE "scheduler_workers" (
    "worker_id" TEXT NOT NULL,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL,
    "last_tick_at" TIMESTAMPTZ(6),
    "current_scenario_id" INTEGER,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    "running" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "stopped_at" TIMESTAMPTZ(6),

    CONSTRAINT "scheduler_workers_pkey" PRIMARY KEY ("worker_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "org_slug_key" ON "org"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE INDEX "user_org_org_id_idx" ON "user_org"("org_id");

-- CreateIndex
CREATE UNIQUE INDEX "group_org_id_name_key" ON "group"("org_id", "name");

-- CreateIndex
CREATE INDEX "group_permission_project_id_idx" ON "group_permission"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "group_permission_group_id_project_id_key" ON "group_permission"("group_id", "project_id");

-- CreateIndex
CREATE INDEX "user_group_group_id_idx" ON "user_group"("group_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE INDEX "api_token_user_id_idx" ON "api_token"("user_id");

-- CreateIndex
CREATE INDEX "audit_log_org_id_id_idx" ON "audit_log"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "project_warehouse_schema_key" ON "project"("warehouse_schema");

-- CreateIndex
CREATE INDEX "project_owner_user_id_idx" ON "project"("owner_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "project_org_id_slug_key" ON "project"("org_id", "slug");

-- CreateIndex
CREATE INDEX "connector_project_id_idx" ON "connector"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "connector_org_id_project_id_slug_key" ON "connector"("org_id", "project_id", "slug");

-- CreateIndex
CREATE INDEX "dataset_connector_id_idx" ON "dataset"("connector_id");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_project_id_slug_key" ON "dataset"("project_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_project_id_table_name_key" ON "dataset"("project_id", "table_name");

-- CreateIndex
CREATE INDEX "dashboard_project_id_idx" ON "dashboard"("project_id");

-- CreateIndex
CREATE INDEX "dashboard_card_dashboard_id_idx" ON "dashboard_card"("dashboard_id");

-- CreateIndex
CREATE INDEX "dashboard_revisions_dashboard_id_created_at_idx" ON "dashboard_revisions"("dashboard_id", "created_at");

-- CreateIndex
CREATE INDEX "dashboard_revisions_author_user_id_idx" ON "dashboard_revisions"("author_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "dashboard_revisions_dashboard_id_revision_key" ON "dashboard_revisions"("dashboard_id", "revision");

-- CreateIndex
CREATE INDEX "scenario_project_id_id_idx" ON "scenario"("project_id", "id");

-- CreateIndex
CREATE INDEX "scenario_owner_user_id_idx" ON "scenario"("owner_user_id");

-- CreateIndex
CREATE INDEX "scenario_step_kinds_idx" ON "scenario" USING GIN ("step_kinds");

-- CreateIndex
CREATE INDEX "scenario_version_author_user_id_idx" ON "scenario_version"("author_user_id");

-- CreateIndex
CREATE INDEX "tick_scenario_id_id_idx" ON "tick"("scenario_id", "id");

-- CreateIndex
CREATE INDEX "tick_project_id_id_idx" ON "tick"("project_id", "id");

-- CreateIndex
CREATE INDEX "tick_run_id_idx" ON "tick"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "tick_scenario_id_source_due_at_source_key_key" ON "tick"("scenario_id", "source", "due_at", "source_key");

-- CreateIndex
CREATE INDEX "run_project_id_id_idx" ON "run"("project_id", "id");

-- CreateIndex
CREATE INDEX "run_scenario_id_id_idx" ON "run"("scenario_id", "id");

-- CreateIndex
CREATE INDEX "run_project_id_state_id_idx" ON "run"("project_id", "state", "id");

-- CreateIndex
CREATE INDEX "scheduler_workers_last_seen_at_idx" ON "scheduler_workers"("last_seen_at");

-- AddForeignKey
ALTER TABLE "user_org" ADD CONSTRAINT "user_org_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_org" ADD CONSTRAINT "user_org_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group" ADD CONSTRAINT "group_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_permission" ADD CONSTRAINT "group_permission_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_permission" ADD CONSTRAINT "group_permission_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_group" ADD CONSTRAINT "user_group_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_group" ADD CONSTRAINT "user_group_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_owner_user_id_fkey" FOREIGN KEY ("owner_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connector" ADD CONSTRAINT "connector_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connector" ADD CONSTRAINT "connector_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_connector_id_fkey" FOREIGN KEY ("connector_id") REFERENCES "connector"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dashboard" ADD CONSTRAINT "dashboard_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dashboard_card" ADD CONSTRAINT "dashboard_card_dashboard_id_fkey" FOREIGN KEY ("dashboard_id") REFERENCES "dashboard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dashboard_revisions" ADD CONSTRAINT "dashboard_revisions_dashboard_id_fkey" FOREIGN KEY ("dashboard_id") REFERENCES "dashboard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dashboard_revisions" ADD CONSTRAINT "dashboard_revisions_author_user_id_fkey" FOREIGN KEY ("author_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenario" ADD CONSTRAINT "scenario_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenario" ADD CONSTRAINT "scenario_owner_user_id_fkey" FOREIGN KEY ("owner_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenario_version" ADD CONSTRAINT "scenario_version_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scenario_version" ADD CONSTRAINT "scenario_version_author_user_id_fkey" FOREIGN KEY ("author_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tick" ADD CONSTRAINT "tick_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tick" ADD CONSTRAINT "tick_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_claim" ADD CONSTRAINT "run_claim_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_run" ADD CONSTRAINT "step_run_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_attempt" ADD CONSTRAINT "step_attempt_run_id_pos_fkey" FOREIGN KEY ("run_id", "pos") REFERENCES "step_run"("run_id", "pos") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---- By hand: what schema.prisma cannot say ---------------------------------------------------

-- Events lie in ranges of a million runs, so that what has expired goes by dropping a table.
-- The worker makes the following ones ahead of time.
CREATE TABLE "run_event_0" PARTITION OF "run_event" FOR VALUES FROM (MINVALUE) TO (1000000);
CREATE TABLE "run_event_1" PARTITION OF "run_event" FOR VALUES FROM (1000000) TO (2000000);

-- All that the ticker reads: scenarios that tick, by their earliest undecided due time.
CREATE INDEX "scenario_due" ON "scenario" ("next_due_at") WHERE "next_due_at" IS NOT NULL;

-- A deleted scenario frees its slug.
CREATE UNIQUE INDEX "scenario_slug" ON "scenario" ("project_id", "slug") WHERE "deleted_at" IS NULL;

-- The queue, in the order of the claim; and the running ones, by the end of their lease.
CREATE INDEX "run_queue" ON "run" ("priority" DESC, "due_at", "id") WHERE "state" = 'queued';
CREATE INDEX "run_lease" ON "run" ("lease_until") WHERE "state" = 'running';

-- An exclusive scenario has at most one active run.
CREATE UNIQUE INDEX "run_exclusive_active" ON "run" ("scenario_id")
  WHERE "exclusive" AND "state" IN ('queued', 'running');

-- Waiting runs of a scenario, oldest first, for promotion.
CREATE INDEX "run_waiting" ON "run" ("scenario_id", "due_at", "id") WHERE "state" = 'waiting';

-- A manual run's Idempotency-Key counts whatever its time.
CREATE UNIQUE INDEX "tick_idempotency" ON "tick" ("scenario_id", "source_key")
  WHERE "source" = 'manual' AND "source_key" <> '';

-- A project-less connector is unique in its organisation too.
CREATE UNIQUE INDEX "connector_org_slug" ON "connector" ("org_id", "slug") WHERE "project_id" IS NULL;
CREATE UNIQUE INDEX "group_permission_org" ON "group_permission" ("group_id") WHERE "project_id" IS NULL;
CREATE UNIQUE INDEX "user_email_lower" ON "user" (lower("email"));

ALTER TABLE "run" ADD CONSTRAINT "run_state" CHECK ("state" IN ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled'));
ALTER TABLE "run" ADD CONSTRAINT "run_source" CHECK ("source" IN ('schedule', 'upstream', 'manual', 'backfill'));
ALTER TABLE "step_run" ADD CONSTRAINT "step_run_state" CHECK ("state" IN ('pending', 'running', 'succeeded', 'failed', 'cancelled', 'skipped', 'rolled_back', 'reused'));
ALTER TABLE "step_attempt" ADD CONSTRAINT "step_attempt_state" CHECK ("state" IN ('running', 'succeeded', 'failed', 'lost', 'cancelled'));
ALTER TABLE "tick" ADD CONSTRAINT "tick_outcome" CHECK ("outcome" IN ('fired', 'waiting', 'skipped_overlap', 'skipped_calendar', 'paused', 'missed', 'missed_window', 'dropped', 'error'));
ALTER TABLE "tick" ADD CONSTRAINT "tick_source" CHECK ("source" IN ('schedule', 'upstream', 'manual', 'backfill'));
ALTER TABLE "group_permission" ADD CONSTRAINT "group_permission_role" CHECK ("role" IN ('admin', 'designer', 'analyst', 'viewer'));

-- The system itself: author of scheduled snapshots, owner of nothing.
INSERT INTO "user" ("id", "email", "name", "is_service") VALUES (0, 'system@honeyframe.invalid', 'System', true);
