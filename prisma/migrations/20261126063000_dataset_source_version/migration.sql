-- What the source of a dataset called its state when it was last published: an ETag, and how it was read. With it a
-- sync of a source that has not changed moves nothing.
ALTER TABLE "honeyframe"."dataset" ADD COLUMN "source_version" TEXT;
