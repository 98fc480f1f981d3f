-- CreateTable
CREATE TABLE "Approval" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenantId" TEXT NOT NULL,
    "tool" VARCHAR(64) NOT NULL,
    "digest" BYTEA NOT NULL,
    "decision" TEXT,
    "decidedAt" TIMESTAMP(3),

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Approval_decision_check" CHECK ("decision" IN ('allow', 'deny'))
);

-- CreateIndex
CREATE UNIQUE INDEX "Approval_tenantId_digest_key" ON "Approval"("tenantId", "digest");

-- AddForeignKey
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_tenantId_fkey"
    FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;
