"""The check that a Prisma folder of migrations can be deployed: on a real PostgreSQL, on data, without a surprise."""
