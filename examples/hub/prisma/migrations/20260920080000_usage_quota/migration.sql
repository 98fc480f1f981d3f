-- CreateTable
CREATE TABLE "Usage" (
    "id" BIGSERIAL NOT NULL,
    "tenantId" TEXT NOT NULL,
    "tokens" BIGINT NOT NULL DEFAULT 0,
    "day" DATE NOT NULL,

    CONSTRAINT "Usage_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Usage_tenantId_day_key" ON "Usage"("tenantId", "day");

-- AddForeignKey
ALTER TABLE "Usage" ADD CONSTRAINT "Usage_tenantId_fkey"
    FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable: a quota for each tenant; a constant default is no rewrite since PostgreSQL 11
ALTER TABLE "Tenant" ADD COLUMN "quota" INTEGER NOT NULL DEFAULT 1000;

UPDATE "Approval" SET "decision" = 'deny' WHERE "decision" IS NULL;

-- letsbe: allow migrations::adding-not-nullable-field until 2027-03-31 Approval is small: its scan takes milliseconds
ALTER TABLE "Approval" ALTER COLUMN "decision" SET NOT NULL;
