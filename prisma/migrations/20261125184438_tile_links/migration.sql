-- CreateTable
CREATE TABLE "tile_link" (
    "id" SERIAL NOT NULL,
    "jti" UUID NOT NULL,
    "org_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "origins" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tile_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "tile_link_jti_key" ON "tile_link"("jti");

-- CreateIndex
CREATE INDEX "tile_link_org_id_idx" ON "tile_link"("org_id");

-- AddForeignKey
ALTER TABLE "tile_link" ADD CONSTRAINT "tile_link_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "org"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tile_link" ADD CONSTRAINT "tile_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
