#!/bin/sh
# The command of adnanh/webhook's hooks.json.
cd "@SITE@" || exit 1
git pull --quiet
