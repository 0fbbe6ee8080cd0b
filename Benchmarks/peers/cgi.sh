#!/bin/sh
# A CGI script, as fcgiwrap runs it: verifies the signature with openssl and pulls.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat >"$body"

reply() {
    printf 'Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$1" "$2"
    exit 0
}

expected="sha256=$(openssl dgst -sha256 -hmac '@SECRET@' -r "$body" | cut -d ' ' -f 1)"
[ "$HTTP_X_HUB_SIGNATURE_256" = "$expected" ] || reply '403 Forbidden' 'wrong signature'
grep -q '"ref": *"refs/heads/main"' "$body" || reply '200 OK' 'another branch'

cd "@SITE@" || reply '500 Internal Server Error' 'no site'
git pull --quiet >/dev/null 2>&1 || reply '500 Internal Server Error' 'git pull failed'
reply '200 OK' 'deployed'
