from tests.experiment.stand_in import stand_in_engine

__all__ = ["stand_in_engine"]
