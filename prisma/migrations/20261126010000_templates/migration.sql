-- CreateTable
CREATE TABLE "recipe" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sql" TEXT,
    "code" TEXT,
    "inputs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "output_dataset_id" INTEGER,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recipe_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "connector_id" INTEGER NOT NULL,
    "model" TEXT NOT NULL,
    "instructions" TEXT NOT NULL,
    "output_schema" JSONB NOT NULL DEFAULT '{}',
    "tools" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "slug" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "parameters" JSONB NOT NULL DEFAULT '[]',
    "trigger" JSONB,
    "steps" JSONB NOT NULL,
    "policies" JSONB NOT NULL DEFAULT '{}',
    "step_kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "default_enabled" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(6),

    CONSTRAINT "template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template_enablement" (
    "template_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "org_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "values" JSONB NOT NULL DEFAULT '{}',
    "scenario_id" INTEGER,
    "applied" JSONB,
    "problem" JSONB,
    "updated_by_user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_enablement_pkey" PRIMARY KEY ("template_id","project_id")
);

-- CreateTable
CREATE TABLE "upgrade_ledger" (
    "id" SERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "archive" TEXT NOT NULL,
    "converted" INTEGER NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upgrade_ledger_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "recipe_output_dataset_id_idx" ON "recipe"("output_dataset_id");

-- CreateIndex
CREATE UNIQUE INDEX "recipe_project_id_slug_key" ON "recipe"("project_id", "slug");

-- CreateIndex
CREATE INDEX "agent_connector_id_idx" ON "agent"("connector_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_project_id_slug_key" ON "agent"("project_id", "slug");

-- CreateIndex
CREATE INDEX "template_org_id_id_idx" ON "template"("org_id", "id");

-- CreateIndex
CREATE INDEX "template_step_kinds_idx" ON "template" USING GIN ("step_kinds");

-- CreateIndex
CREATE UNIQUE INDEX "template_enablement_scenario_id_key" ON "template_enablement"("scenario_id");

-- CreateIndex
CREATE INDEX "template_enablement_project_id_idx" ON "template_enablement"("project_id");

-- CreateIndex
CREATE INDEX "template_enablement_updated_by_user_id_idx" ON "template_enablement"("updated_by_user_id");

-- CreateIndex
CREATE INDEX "template_enablement_org_id_state_idx" ON "template_enablement"("org_id", "state");

-- AddForeignKey
ALTER TABLE "recipe" ADD CONSTRAINT "recipe_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recipe" ADD CONSTRAINT "recipe_output_dataset_id_fkey" FOREIGN KEY ("output_dataset_id") REFERENCES "dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_connector_id_fkey" FOREIGN KEY ("connector_id") REFERENCES "connector"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template" ADD CONSTRAINT "template_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_enablement" ADD CONSTRAINT "template_enablement_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "template"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_enablement" ADD CONSTRAINT "template_enablement_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_enablement" ADD CONSTRAINT "template_enablement_scenario_id_fkey" FOREIGN KEY ("scenario_id") REFERENCES "scenario"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "template_enablement" ADD CONSTRAINT "template_enablement_updated_by_user_id_fkey" FOREIGN KEY ("updated_by_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- By hand: what Prisma cannot say.
CREATE UNIQUE INDEX "template_slug" ON "template"("org_id", "slug") WHERE "deleted_at" IS NULL;

-- A cell that is on or broken has its scenario; one that only needs values has none yet.
ALTER TABLE "template_enablement" ADD CONSTRAINT "template_enablement_state"
  CHECK ("state" IN ('on', 'off', 'needs_values', 'broken'));
