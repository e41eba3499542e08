-- AlterTable: workers of the version before leave it as it is.
ALTER TABLE "email_delivery" ADD COLUMN     "tries" JSONB NOT NULL DEFAULT '[]';
