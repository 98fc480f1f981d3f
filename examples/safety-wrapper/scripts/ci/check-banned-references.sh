#!/usr/bin/env bash
exec letsbe scan --check references "$@"
