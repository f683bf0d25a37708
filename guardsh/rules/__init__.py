"""Rule files: loading, validating, matching and testing them. The files themselves lie in rules/."""
