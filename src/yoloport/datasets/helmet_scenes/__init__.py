"""Synthetic safety-helmet scenes: an Ultralytics detection dataset drawn from a seed, and how to train on it.

Classes: 0 ``helmet`` (a head wearing a safety helmet), 1 ``head`` (a head without one).
"""

from yoloport.datasets.helmet_scenes.draw import draw_scene
from yoloport.datasets.helmet_scenes.labels import Box
from yoloport.datasets.helmet_scenes.recipe import recipe
from yoloport.datasets.helmet_scenes.write import DatasetProblem, write_dataset

__all__ = ["Box", "DatasetProblem", "draw_scene", "recipe", "write_dataset"]
