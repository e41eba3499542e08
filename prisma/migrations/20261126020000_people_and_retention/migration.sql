-- AlterTable
ALTER TABLE "group" ADD COLUMN     "user_id" INTEGER;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "events_gone_until" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "user" ADD COLUMN     "last_sign_in_at" TIMESTAMPTZ(6);

-- CreateIndex
CREATE INDEX "audit_log_org_id_at_idx" ON "audit_log"("org_id", "at");

-- CreateIndex
CREATE INDEX "audit_log_org_id_resource_type_resource_id_id_idx" ON "audit_log"("org_id", "resource_type", "resource_id", "id");

-- CreateIndex
CREATE INDEX "audit_log_org_id_action_id_idx" ON "audit_log"("org_id", "action", "id");

-- CreateIndex
CREATE INDEX "audit_log_org_id_user_id_id_idx" ON "audit_log"("org_id", "user_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "group_user_id_org_id_key" ON "group"("user_id", "org_id");

-- AddForeignKey
ALTER TABLE "group" ADD CONSTRAINT "group_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
