#!/usr/bin/env bash
set -euo pipefail
exec letsbe scan --check secrets "$@"
