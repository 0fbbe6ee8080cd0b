#!/usr/bin/env bash
# Usage: capistrano.sh REMOTE FOLDER
# Deploys the branch main of REMOTE the way that Capistrano does: a mirror of the repository in FOLDER, a new folder with all
# files for each release, and a symbolic link that is replaced. Keeps five releases. Syncs nothing.
set -euo pipefail

remote=$1
folder=$2
keep=5

if [[ ! -d $folder/repo ]]; then
    mkdir -p "$folder/releases" "$folder/shared"
    git clone --quiet --mirror "$remote" "$folder/repo"
fi
git -C "$folder/repo" fetch --quiet --prune origin '+refs/heads/*:refs/heads/*'
commit=$(git -C "$folder/repo" rev-parse main)
# With nanoseconds: the benchmark deploys several releases per second.
name=$(date -u +%Y%m%d%H%M%S%N)
release=$folder/releases/$name
mkdir "$release"
git -C "$folder/repo" archive "$commit" | tar -x -C "$release"
echo "$commit" >"$release/REVISION"
ln -sfn "releases/$name" "$folder/current.new"
mv -T "$folder/current.new" "$folder/current"
find "$folder/releases" -mindepth 1 -maxdepth 1 | sort | head -n -"$keep" | xargs -r rm -rf
