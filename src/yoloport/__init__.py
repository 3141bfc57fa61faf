"""YOLOv8 on the hardware that a factory, a city or a lab really has."""

__version__ = "0.1.0"
