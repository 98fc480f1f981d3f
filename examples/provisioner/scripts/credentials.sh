# Sourced by provision.sh: a secret is made once, is only ever a file of mode 0600, and is never printed.

ensure_secret() {
  local file=$1
  [ -s "$file" ] && return
  install -d -m 0700 "$(dirname "$file")"
  (umask 077 && head -c 32 /dev/urandom | base64 >"$file.new")
  mv "$file.new" "$file"
}
