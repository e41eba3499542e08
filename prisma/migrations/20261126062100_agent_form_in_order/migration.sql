-- JSON keeps the order of an answer's properties, which is that of the columns and what a model fills in first.
-- AlterTable
ALTER TABLE "agent" ALTER COLUMN "output_schema" DROP DEFAULT;
ALTER TABLE "agent" ALTER COLUMN "output_schema" SET DATA TYPE JSON;
ALTER TABLE "agent" ALTER COLUMN "output_schema" SET DEFAULT '{}';
