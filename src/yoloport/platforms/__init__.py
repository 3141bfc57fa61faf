"""What yoloport knows of each kind of hardware: one folder a platform, data first."""
