-- CreateTable
CREATE TABLE "dashboard_share" (
    "id" SERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "dashboard_id" INTEGER NOT NULL,
    "token_hash" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "revision" INTEGER,
    "publisher_user_id" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dashboard_share_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "artifact" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "run_id" BIGINT NOT NULL,
    "pos" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "size" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "email_delivery" (
    "id" BIGSERIAL NOT NULL,
    "org_id" INTEGER NOT NULL,
    "project_id" INTEGER NOT NULL,
    "run_id" BIGINT NOT NULL,
    "origin_run_id" BIGINT NOT NULL,
    "step_name" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "reply" TEXT,
    "message" JSONB,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "email_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "dashboard_share_token_hash_key" ON "dashboard_share"("token_hash");

-- CreateIndex
CREATE INDEX "dashboard_share_dashboard_id_idx" ON "dashboard_share"("dashboard_id");

-- CreateIndex
CREATE INDEX "dashboard_share_publisher_user_id_idx" ON "dashboard_share"("publisher_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "artifact_run_id_pos_name_key" ON "artifact"("run_id", "pos", "name");

-- CreateIndex
CREATE INDEX "email_delivery_org_id_id_idx" ON "email_delivery"("org_id", "id");

-- CreateIndex
CREATE INDEX "email_delivery_project_id_id_idx" ON "email_delivery"("project_id", "id");

-- CreateIndex
CREATE INDEX "email_delivery_run_id_idx" ON "email_delivery"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "email_delivery_origin_run_id_step_name_recipient_key" ON "email_delivery"("origin_run_id", "step_name", "recipient");

-- AddForeignKey
ALTER TABLE "dashboard_share" ADD CONSTRAINT "dashboard_share_dashboard_id_fkey" FOREIGN KEY ("dashboard_id") REFERENCES "dashboard"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dashboard_share" ADD CONSTRAINT "dashboard_share_publisher_user_id_fkey" FOREIGN KEY ("publisher_user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "email_delivery" ADD CONSTRAINT "email_delivery_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- By hand: what Prisma cannot say.
ALTER TABLE "email_delivery" ADD CONSTRAINT "email_delivery_state"
  CHECK ("state" IN ('pending', 'sending', 'sent', 'failed', 'unknown'));
ALTER TABLE "dashboard_share" ADD CONSTRAINT "dashboard_share_mode"
  CHECK ("mode" = 'live' AND "revision" IS NULL OR "mode" = 'frozen' AND "revision" IS NOT NULL);
