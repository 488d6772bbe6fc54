"""An unresponsive run: `python stubborn.py FOLDER` holds its lock and ignores SIGTERM."""

import signal
import sys
import time
from pathlib import Path

from engine.settings.files import save
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder
from engine.training.state.run_lock import hold_run_lock
from engine.training.state.status import Status, StatusFile, write_status

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = RunFolder(Path(sys.argv[1]))
    write_status(folder.status, Status(folder.run_id))
    with hold_run_lock(folder.lock):
        save(RunSettings(), folder.config)
        status = StatusFile(folder.status, folder.read_status())
        status.begin()
        status.write(state="running")
        while True:
            status.note()
            time.sleep(0.1)
