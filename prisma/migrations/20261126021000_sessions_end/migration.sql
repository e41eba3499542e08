-- AlterTable
ALTER TABLE "user" ADD COLUMN     "sessions_from" TIMESTAMPTZ(6);
