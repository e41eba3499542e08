-- AlterTable
ALTER TABLE "email_delivery" ADD COLUMN     "asked_by_user_id" INTEGER,
ADD COLUMN     "next_at" TIMESTAMPTZ(6);
-- By hand: what Prisma cannot say.
CREATE INDEX "email_delivery_open" ON "email_delivery" ("next_at") WHERE "state" IN ('pending', 'sending');
