from tests.experiment.stand_in import stand_in_engine
from tests.store.folders import folder, no_disk, parts

__all__ = ["folder", "no_disk", "parts", "stand_in_engine"]
