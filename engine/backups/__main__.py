"""The daily backup of one home, in a process that outlives the command that started it."""

import sys
from pathlib import Path

from engine.backups.making import make_daily
from engine.home import Home

if __name__ == "__main__":
    make_daily(Home(Path(sys.argv[1])))
