"""`shiftbot doctor`: one file per group of checks, each `examine(...)` yields findings. Nothing here prints a secret."""
