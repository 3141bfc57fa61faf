"""What keeps a machine from running YOLOv8 on its chip, with cause, remedy and source."""
