"""What runs beside torch: the only package that imports torch or ultralytics."""
