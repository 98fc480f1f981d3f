#!/usr/bin/env bash
# Turns a fresh VPS into a tenant: folders, the tenant's secret, the service's unit. Running it twice changes nothing.
set -euo pipefail
umask 077

readonly ROOT="${ROOT:-/}"
readonly TENANT="${TENANT:?name the tenant}"
# shellcheck source=credentials.sh
. "$(dirname "$0")/credentials.sh"

install -d -m 0750 "${ROOT%/}/srv/letsbe/$TENANT"
ensure_secret "${ROOT%/}/etc/letsbe/$TENANT.secret"
printf 'tenant=%s\nlisten=127.0.0.1:8080\n' "$TENANT" >"${ROOT%/}/etc/letsbe/$TENANT.conf"
printf 'provisioned %s\n' "$TENANT"
