"""fork() at any moment, while another thread analyses: neither process may wait for the other for ever."""

import os
import signal
import threading
import time
from pathlib import Path

import leverkin as lk

SAMPLES = sorted((Path(__file__).parents[3] / "sample-sessions" / "one-kilohertz").glob("*/*"))


def forked(action):
    """What `action` makes of itself in a child process; None where it did not come to an end within a minute."""
    child = os.fork()
    if child == 0:
        os._exit(0 if action() else 1)
    for _ in range(600):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def test_fork_while_a_thread_analyses_and_tells_of_its_progress(tmp_path):
    stop = threading.Event()
    told = []

    def analyse():
        while not stop.is_set():
            lk.analyze(SAMPLES[:3], out=tmp_path / "r.h5", threads=2, progress=lambda *done: told.append(done) or True)

    thread = threading.Thread(target=analyse)
    thread.start()
    try:
        for i in range(15):
            time.sleep(0.013 * i % 0.1)
            assert forked(lambda: lk.analyze_session(SAMPLES[4], threads=2).summary is not None) is True
    finally:
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive() and told
