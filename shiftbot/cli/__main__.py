"""python -m shiftbot.cli is the same as shiftbot."""

import sys

from shiftbot.cli import main

sys.exit(main())
