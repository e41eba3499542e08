-- AlterTable
ALTER TABLE "dataset" ALTER COLUMN "connector_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "agent_row" (
    "id" BIGSERIAL NOT NULL,
    "origin_run_id" BIGINT NOT NULL,
    "step_name" TEXT NOT NULL,
    "row_key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "run_id" BIGINT NOT NULL,
    "answer" JSONB,
    "error" TEXT,
    "tokens_in" INTEGER NOT NULL,
    "tokens_out" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_row_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agent_row_run_id_idx" ON "agent_row"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_row_origin_run_id_step_name_row_key_input_hash_key" ON "agent_row"("origin_run_id", "step_name", "row_key", "input_hash");

-- AddForeignKey
ALTER TABLE "agent_row" ADD CONSTRAINT "agent_row_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
