# Sourced by set-up scripts: quietly WHAT COMMAND... says WHAT on one line and runs the command into the log; where that fails,
# it shows the end of the log and ends the script. `step` says whose steps they are, `log` where the rest is kept.
quietly() {
  local what=$1
  shift
  printf '%s: %s\n' "$step" "$what" >&2
  if ! "$@" >>"$log" 2>&1; then
    printf '%s: failed: %s\nThe last lines of %s:\n' "$step" "$what" "$log" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
}
