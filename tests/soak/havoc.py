"""Part of the soak: processes die, the database is stopped at once and comes back, providers misbehave; all at random."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.soak.providers import FAULTS
from tests.soak.stage import Stage

AWAY_SECONDS = 3.0


@dataclass
class Havoc:
    """One deed every `pause` seconds or so; every `restart` seconds it is the database's turn."""

    stage: Stage
    dice: random.Random
    pause: float
    restart: float
    faults: bool
    deeds: Counter[str] = field(default_factory=Counter)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; then everything is mended."""
        next_restart = time.monotonic() + self.restart
        while not stop.wait(self.dice.uniform(0.5, 1.5) * self.pause):
            if time.monotonic() >= next_restart:
                self._restart_the_database()
                next_restart += self.restart
            elif self.faults and self.dice.random() < 0.3:
                self._break_a_provider()
            else:
                self._kill_a_program()
        for sim in (self.stage.telegram, self.stage.slack, self.stage.model, self.stage.twilio):
            sim.clear_faults()

    def _kill_a_program(self) -> None:
        with self.stage.guard:
            program = self.dice.choice(self.stage.programs)
            self.stage.kill(program)
        self.deeds[f"{program.name.partition('-')[0]} killed"] += 1

    def _restart_the_database(self) -> None:
        """Immediate: no checkpoint, no goodbye, recovery from the log."""
        self.stage.server._pg_ctl("stop", "-m", "immediate")
        time.sleep(AWAY_SECONDS)
        self.stage.server.start()
        self.deeds["database stopped"] += 1

    def _break_a_provider(self) -> None:
        fault = self.dice.choice(FAULTS)
        getattr(self.stage, fault.provider).fault(
            fault.kind, count=self.dice.randint(1, 5), seconds=fault.seconds
        )
        self.deeds[f"{fault.provider} {fault.words}"] += 1
