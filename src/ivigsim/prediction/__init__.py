"""Which measurement, before treatment or in its first two days, tells who will respond."""

from ivigsim.prediction.markers import Marker, load_markers
from ivigsim.prediction.ranking import BiomarkerRanking, MarkerRank
from ivigsim.prediction.run import RankingFailed, biomarkers

__all__ = ["BiomarkerRanking", "Marker", "MarkerRank", "RankingFailed", "biomarkers", "load_markers"]
