-- A project may build a dbt project of its own instead of one made from its recipes.
ALTER TABLE "project" ADD COLUMN "dbt_folder" TEXT;
